package io.metastore.server.process.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Collection;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands before the peer listener of one member. Each connection of another member is passed on, its two directions as the
 * two links between the members say. A thread accepts, and each direction of a connection has one.
 */
final class PeerProxy implements AutoCloseable {

    private static final int PIECE_BYTES = 64 << 10;

    private final PeerNetwork network;
    private final int member;
    private final int listenerPort;
    private final ServerSocket door;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

    PeerProxy(PeerNetwork network, int member, int port, int listenerPort) throws IOException {
        this.network = network;
        this.member = member;
        this.listenerPort = listenerPort;
        this.door = new ServerSocket();
        door.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        daemon("accept", this::accept);
    }

    /** Ends the connections whose calls or answers take one of these links. */
    void reset(Collection<Link> cut) {
        connections.stream()
                .filter(connection -> cut.contains(connection.there))
                .forEach(connection -> {
                    connection.there.countReset();
                    connection.end();
                });
    }

    @Override
    public void close() {
        try {
            door.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        connections.forEach(Connection::end);
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                Socket caller = door.accept();
                daemon("call", () -> serve(caller));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket caller) {
        try {
            OptionalInt who = network.callerFrom(caller.getPort(), caller.getLocalPort());
            if (who.isEmpty() || !network.link(who.getAsInt(), member).admits()) {
                abort(caller);
                return;
            }
            Socket listener = new Socket(InetAddress.getLoopbackAddress(), listenerPort);
            Connection connection = new Connection(
                    caller, listener, network.link(who.getAsInt(), member), network.link(member, who.getAsInt()));
            connections.add(connection);
            daemon("answers", () -> connection.pump(listener, caller, connection.back));
            connection.pump(caller, listener, connection.there);
        } catch (IOException notReached) {
            abort(caller);
        }
    }

    /** As a reset, not as an orderly end. */
    private static void abort(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException closedAlready) {
            // as wanted
        }
    }

    private void daemon(String what, Runnable task) {
        Thread thread = new Thread(task, "proxy-%d-%s".formatted(member, what));
        thread.setDaemon(true);
        thread.start();
    }

    /** Between a caller and the listener; {@code there} is the link that the calls take, {@code back} that of the answers. */
    private final class Connection {

        private final Socket caller;
        private final Socket listener;
        private final Link there;
        private final Link back;

        Connection(Socket caller, Socket listener, Link there, Link back) {
            this.caller = caller;
            this.listener = listener;
            this.there = there;
            this.back = back;
        }

        void pump(Socket source, Socket sink, Link link) {
            byte[] piece = new byte[PIECE_BYTES];
            try {
                source.setTcpNoDelay(true);
                InputStream in = source.getInputStream();
                OutputStream out = sink.getOutputStream();
                for (int size = in.read(piece); size >= 0; size = in.read(piece)) {
                    link.pass(size);
                    out.write(piece, 0, size);
                }
            } catch (IOException broken) {
                // Whatever the cause, both ends learn of it.
            }
            end();
        }

        void end() {
            if (connections.remove(this)) {
                abort(caller);
                abort(listener);
            }
        }
    }
}
