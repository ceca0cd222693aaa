package io.metastore.server.process.history;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.KeyValue;
import io.metastore.server.process.history.Violation.Rule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Did leases end as they should: none before its time was over or its revocation asked for, and nothing attached to one that had
 * ended? That all its keys go at once is how the end of a lease is recognized in the log at all.
 */
public final class LeaseChecker {

    private LeaseChecker() {}

    /**
     * Checks these leases.
     *
     * @param arrivals when the first watcher was told of a revision, in nanoTime
     */
    public static List<Violation> check(Collection<LeaseUse> leases, EventLog log, Map<Long, Long> arrivals) {
        List<Violation> violations = new ArrayList<>();
        Map<Long, Long> ends = new HashMap<>();
        endsOf(log).forEach((revision, lease) -> ends.put(lease, revision));
        for (LeaseUse lease : leases) {
            Long end = ends.get(lease.id());
            if (end != null && arrivals.containsKey(end)) {
                checkTime(lease, end, arrivals.get(end), violations);
            }
        }
        log.byRevision().values().stream().flatMap(List::stream).forEach(event -> {
            Long end = ends.get(event.getKv().getLease());
            if (end != null && event.getKv().getModRevision() > end) {
                violations.add(new Violation(
                        Rule.LEASE_LEAVES_NO_GHOST,
                        "lease %d ended at revision %d, and at %d %s is attached to it"
                                .formatted(
                                        event.getKv().getLease(),
                                        end,
                                        event.getKv().getModRevision(),
                                        event.getKv().getKey().toStringUtf8())));
            }
        });
        return violations;
    }

    private static void checkTime(LeaseUse lease, long end, long toldNanos, List<Violation> violations) {
        if (toldNanos - lease.revokedNanos() >= 0 && lease.revokedNanos() != Long.MAX_VALUE) {
            return;
        }
        for (long sent : lease.confirmedNanos()) {
            long leftNanos = sent + TimeUnit.SECONDS.toNanos(lease.ttlSeconds()) - toldNanos;
            if (leftNanos > 0) {
                violations.add(new Violation(
                        Rule.LEASE_DOES_NOT_END_EARLY,
                        "lease %d of %d s ended at revision %d with %d ms left"
                                .formatted(
                                        lease.id(),
                                        lease.ttlSeconds(),
                                        end,
                                        TimeUnit.NANOSECONDS.toMillis(leftNanos))));
            }
        }
    }

    /** The revisions that delete exactly the keys of one lease, and which. */
    static Map<Long, Long> endsOf(EventLog log) {
        Map<ByteString, Long> leaseOf = new HashMap<>();
        Map<Long, Set<ByteString>> keysOf = new HashMap<>();
        Map<Long, Long> ends = new HashMap<>();
        log.byRevision().forEach((revision, events) -> {
            if (events.stream().allMatch(event -> event.getType() == Event.EventType.DELETE)) {
                Set<ByteString> gone = new HashSet<>();
                events.forEach(event -> gone.add(event.getKv().getKey()));
                long lease = leaseOf.getOrDefault(gone.iterator().next(), 0L);
                if (lease != 0 && gone.equals(keysOf.get(lease))) {
                    ends.put(revision, lease);
                }
            }
            events.forEach(event -> follow(event, leaseOf, keysOf));
        });
        return ends;
    }

    private static void follow(Event event, Map<ByteString, Long> leaseOf, Map<Long, Set<ByteString>> keysOf) {
        KeyValue kv = event.getKv();
        Long before = leaseOf.remove(kv.getKey());
        if (before != null) {
            keysOf.get(before).remove(kv.getKey());
        }
        if (event.getType() == Event.EventType.PUT && kv.getLease() != 0) {
            leaseOf.put(kv.getKey(), kv.getLease());
            keysOf.computeIfAbsent(kv.getLease(), any -> new HashSet<>()).add(kv.getKey());
        }
    }
}
