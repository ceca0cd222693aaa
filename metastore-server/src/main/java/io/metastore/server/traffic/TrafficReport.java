package io.metastore.server.traffic;

import io.metastore.storage.mvcc.Key;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The busiest keys and clients, each list with the busiest first.
 *
 * @param every one request in so many was looked at, on average
 * @param time that it is about
 * @param samples requests that were looked at in that time
 * @param lost samples since the start that found no room
 */
public record TrafficReport(
        int every,
        Duration time,
        long samples,
        long lost,
        List<HotKey> reads,
        List<HotKey> writes,
        List<BusyClient> clients,
        List<BusyClient> connections) {

    /**
     * How many requests there were, probably; and bounds that hold in 19 of 20 cases.
     */
    public record Requests(long about, long atLeast, long atMost) {
        /** What a count of samples says of all requests: seldom is a count off by more than twice its root. */
        static Requests of(HeavyHitters.Count<?> count, int every) {
            long seen = count.certain();
            if (every == 1) {
                return new Requests(seen, seen, count.count());
            }
            double certain = seen;
            double possible = count.count();
            long less = Math.max(seen, (long) (every * (certain - 2 * Math.sqrt(certain))));
            long more = (long) Math.ceil(every * (possible + 2 * Math.sqrt(possible) + 2));
            return new Requests(every * seen, less, more);
        }
    }

    /**
     * A key that was read or written, or a range as it was asked for.
     *
     * @param end null for a single key
     */
    public record HotKey(Key key, @Nullable Key end, Requests requests) {}

    /**
     * Who asked.
     *
     * @param via what called for the client, empty if he did himself
     * @param user empty while auth is off
     */
    public record BusyClient(String address, String via, String user, Requests requests) {}
}
