package io.metastore.server.config;

import java.time.Duration;
import java.util.List;

/**
 * Pings on client connections.
 *
 * @param minTime the least time between a client's pings
 * @param interval after which a quiet connection is pinged; zero is never
 * @param timeout after which one that does not answer is closed; zero is never
 */
public record KeepAlive(Duration minTime, Duration interval, Duration timeout) {
    /** etcd waits two hours, and what a dead client had, its watches above all, stays that long. */
    private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(30);
    /** grpc-go pings no more often (google.golang.org/grpc, internal.KeepaliveMinServerPingTime). */
    private static final Duration LEAST_INTERVAL = Duration.ofSeconds(1);

    static KeepAlive from(Options options, List<String> problems) {
        Duration interval = duration(options, Flag.GRPC_KEEPALIVE_INTERVAL, problems);
        if (!interval.isZero() && interval.compareTo(LEAST_INTERVAL) < 0) {
            interval = LEAST_INTERVAL;
        }
        return new KeepAlive(
                duration(options, Flag.GRPC_KEEPALIVE_MIN_TIME, problems),
                options.isSet(Flag.GRPC_KEEPALIVE_INTERVAL) ? interval : DEFAULT_INTERVAL,
                duration(options, Flag.GRPC_KEEPALIVE_TIMEOUT, problems));
    }

    private static Duration duration(Options options, Flag flag, List<String> problems) {
        return GoDuration.parse(options.get(flag)).orElseGet(() -> {
            problems.add("--%s: expected a duration of zero or more, found %s"
                    .formatted(flag.flagName(), options.get(flag)));
            return Duration.ZERO;
        });
    }
}
