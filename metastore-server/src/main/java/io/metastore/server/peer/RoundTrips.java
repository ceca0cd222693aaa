package io.metastore.server.peer;

import java.time.Duration;

/**
 * Asks the others now and then for nothing, to see how long that takes: as often as etcd does (rafthttp/probing_status.go). An
 * empty call takes the way of all others and is answered on the loop that reads it.
 */
public final class RoundTrips {
    /** How often to {@link #measure}; the clock is the caller's. */
    public static final Duration EVERY = Duration.ofSeconds(5);

    private static final String METHOD = "RoundTrip";
    private static final byte[] NOTHING = {};

    /** Told of each that was answered; on the loop of the connection. */
    public interface Observer {
        void took(long member, long nanos);
    }

    private final PeerNetwork peers;
    private final Observer observer;

    public RoundTrips(PeerNetwork peers, Observer observer) {
        this.peers = peers;
        this.observer = observer;
        peers.handle(METHOD, (from, body, reply) -> reply.answered(NOTHING));
    }

    /** Asks all that are connected; does not wait. */
    public void measure() {
        peers.traffic().forEach((member, traffic) -> {
            if (traffic.isActive()) {
                long start = System.nanoTime();
                var unused = peers.call(member, METHOD, NOTHING, EVERY).whenComplete((answer, failure) -> {
                    if (failure == null) {
                        observer.took(member, System.nanoTime() - start);
                    }
                });
            }
        });
    }
}
