package io.metastore.server.process;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.HashKVRequest;
import io.metastore.api.rpc.HashKVResponse;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LeaseTimeToLiveRequest;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.server.process.history.EventLog;
import io.metastore.server.process.history.ModelHash;
import io.metastore.server.process.history.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What one member that is at rest says of its state, beside what a complete history says it must be: every key, the hash
 * over all revisions, what is attached to leases.
 */
public final class StateComparison {

    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final ByteString ZERO = ByteString.copyFrom(new byte[] {0});

    private final String when;
    private final ManagedChannel channel;
    private final EventLog log;
    private final List<Violation> violations = new ArrayList<>();
    private long compactRevision = -1;

    /** Reads through the channel, from the member's own state. */
    public StateComparison(String when, ManagedChannel channel, EventLog log) {
        this.when = when;
        this.channel = channel;
        this.log = log;
    }

    /** Answers what differs. The leases are those that must be there. */
    public List<Violation> compare(Collection<Long> leases) {
        compareKeys();
        compareHash();
        leases.forEach(this::compareLease);
        return violations;
    }

    /** As the member told it, -1 if never compacted. */
    public long compactRevision() {
        return compactRevision;
    }

    private void compareKeys() {
        RangeResponse all = KVGrpc.newBlockingStub(channel)
                .withWaitForReady()
                .withDeadlineAfter(BOUND.toSeconds(), TimeUnit.SECONDS)
                .range(RangeRequest.newBuilder()
                        .setKey(ZERO)
                        .setRangeEnd(ZERO)
                        .setSerializable(true)
                        .build());
        List<KeyValue> expected = new ArrayList<>(alive().values());
        if (!expected.equals(all.getKvsList()) || all.getHeader().getRevision() != log.lastRevision()) {
            differs("the store holds %d keys at revision %d, its own history says %d at %d"
                    .formatted(all.getCount(), all.getHeader().getRevision(), expected.size(), log.lastRevision()));
        }
    }

    private Map<ByteString, KeyValue> alive() {
        TreeMap<ByteString, KeyValue> alive = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
        log.byRevision()
                .values()
                .forEach(events -> events.forEach(event -> {
                    if (event.getType() == Event.EventType.PUT) {
                        alive.put(event.getKv().getKey(), event.getKv());
                    } else {
                        alive.remove(event.getKv().getKey());
                    }
                }));
        return alive;
    }

    private void compareHash() {
        HashKVResponse hash = MaintenanceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(BOUND.toSeconds(), TimeUnit.SECONDS)
                .hashKV(HashKVRequest.getDefaultInstance());
        compactRevision = hash.getCompactRevision();
        int expected = ModelHash.of(log, compactRevision);
        if (hash.getHash() != expected) {
            differs("the hash at revision %d, compacted %d, is %d; replay gives %d"
                    .formatted(
                            hash.getHashRevision(),
                            compactRevision,
                            Integer.toUnsignedLong(hash.getHash()),
                            Integer.toUnsignedLong(expected)));
        }
    }

    private void compareLease(long id) {
        List<ByteString> attached = LeaseGrpc.newBlockingStub(channel)
                .withDeadlineAfter(BOUND.toSeconds(), TimeUnit.SECONDS)
                .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                        .setID(id)
                        .setKeys(true)
                        .build())
                .getKeysList()
                .stream()
                .sorted(ByteString.unsignedLexicographicalComparator())
                .toList();
        List<ByteString> expected = alive().values().stream()
                .filter(kv -> kv.getLease() == id)
                .map(KeyValue::getKey)
                .sorted(ByteString.unsignedLexicographicalComparator())
                .toList();
        if (!attached.equals(expected)) {
            differs("lease %d has keys %s, should have %s".formatted(id, attached, expected));
        }
    }

    private void differs(String detail) {
        violations.add(new Violation(Violation.Rule.ANSWER_IS_TRUE, when + " " + detail));
    }
}
