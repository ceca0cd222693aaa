package io.metastore.server.compat.differential;

import io.metastore.api.rpc.WatchCreateRequest;

/** The next thing to do on both sides. */
sealed interface Step {

    record Call(Rpc rpc) implements Step {
        @Override
        public String toString() {
            return rpc.toString();
        }
    }

    /** A plain GET of the client port, as probes do it. */
    record Http(String path) implements Step {}

    record OpenStream(boolean hasLeader) implements Step {}

    /** {@code stream} is an index into the open streams. */
    record CreateWatch(int stream, WatchCreateRequest request) implements Step {
        @Override
        public String toString() {
            return "CreateWatch stream " + stream + " "
                    + Rpc.abbreviate(request.toString().replace('\n', ' '));
        }
    }

    record CancelWatch(int stream, long watchId) implements Step {}

    /** A watch request with nothing in it, which a server ignores. */
    record EmptyWatchRequest(int stream) implements Step {}

    record HalfCloseStream(int stream) implements Step {}

    record CloseStream(int stream) implements Step {}

    /** Several calls that only mean something together, with the waiting between them. */
    record Play(Episode episode) implements Step {}

    enum Episode {
        /** A lease ends by time: its keys go in one revision, not early, on both sides. */
        LEASE_EXPIRES,
        /** Nothing happens for a while: watchers that asked for it are told how far they are. */
        QUIET,
        /** A history too large for one response, watched with and without fragments. */
        FRAGMENTS,
        /** The server chooses the id of a lease. */
        SERVER_CHOSEN_LEASE,
        /** All alarms are listed and put off. */
        DISARM,
        /** Both servers are killed, or stopped, and started again. */
        RESTART,
    }
}
