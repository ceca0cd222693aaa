package io.metastore.raft;

import java.io.IOException;

/**
 * The way between members: named calls with a body of bytes and an answer of bytes. Members are known by their ids: where
 * one is reached, who may call whom, and how the bytes travel, is the implementation's affair.
 */
public interface PeerTransport {

    /** Lets {@code service} answer what other members call at {@code self}, until closed. */
    AutoCloseable listen(long self, Service service) throws IOException;

    /** The calling side of {@code self}. */
    Client connect(long self);

    /** What answers calls. */
    interface Service {

        /**
         * Called in the order in which {@code from} made the calls. Must not block.
         *
         * @param from names the connection: the same as long as the order holds
         */
        void handle(String from, String method, byte[] body, Reply reply);

        /** No call of this connection will come any more. */
        void disconnected(String from);
    }

    /** What makes calls. */
    interface Client extends AutoCloseable {

        /** Whether a call has a chance. Connects if it must, but does not wait for that. */
        boolean reachable(long member);

        /** The same, but waits for the connection; false if there is none in time. */
        boolean awaitReachable(long member, long timeoutMillis) throws InterruptedException;

        /** Calls, without blocking; {@code reply} is told once, on any thread, at the latest after the timeout. */
        void call(long member, String method, byte[] body, long timeoutMillis, Reply reply);

        void disconnect(long member);

        @Override
        void close();
    }

    /** Takes the one answer of a call. */
    interface Reply {

        void answered(byte[] body);

        void failed(Exception why);
    }
}
