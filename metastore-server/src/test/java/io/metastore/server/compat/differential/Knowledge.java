package io.metastore.server.compat.differential;

import com.google.protobuf.Message;
import io.metastore.api.rpc.AlarmRequest;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseKeepAliveRequest;
import io.metastore.api.rpc.LeaseRevokeRequest;
import io.metastore.api.rpc.ResponseHeader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What the answers of the first side taught about the state of both: enough to ask the next interesting question. */
final class Knowledge {

    /** How far the clocks of a lease on the two sides may be apart: between two calls, and for an order to be sure. */
    private static final Duration CALL_BLUR = Duration.ofSeconds(2);

    private static final Duration ORDER_BLUR = Duration.ofSeconds(3);

    private final Map<Long, KnownLease> leases = new TreeMap<>();
    private final List<Long> compactions = new ArrayList<>();
    private long revision = 1;
    private long compacted = -1;
    private final Set<Long> compactedBeforeRestart = new HashSet<>();
    private boolean alarmed;
    private Duration restartBlur = Duration.ZERO;

    private record KnownLease(long ttlSeconds, long endsNanos) {}

    long revision() {
        return revision;
    }

    /** The newest compact revision, -1 if there is none. */
    long compacted() {
        return compacted;
    }

    /** All compact revisions, oldest first: their hashes are kept by a server for a while. */
    List<Long> compactions() {
        return compactions;
    }

    boolean wasCompactedBeforeRestart(long compactRevision) {
        return compactedBeforeRestart.contains(compactRevision);
    }

    List<Long> leases() {
        return List.copyOf(leases.keySet());
    }

    boolean alarmed() {
        return alarmed;
    }

    /** True if the first lease surely ends before the second: by more than timing may blur. */
    boolean endsBefore(long lease, long other) {
        KnownLease first = leases.get(lease);
        KnownLease second = leases.get(other);
        return first != null
                && second != null
                && second.endsNanos - first.endsNanos
                        > ORDER_BLUR.plus(restartBlur).toNanos();
    }

    void learn(Rpc rpc, Answer answer) {
        answer.messages().forEach(this::learnRevision);
        if (!answer.isOk()) {
            return;
        }
        Message request = rpc.request();
        if (request instanceof CompactionRequest compaction) {
            compacted = compaction.getRevision();
            compactions.add(compacted);
        } else if (request instanceof LeaseGrantRequest grant) {
            leases.put(grant.getID(), known(grant.getTTL()));
        } else if (request instanceof LeaseRevokeRequest revoke) {
            leases.remove(revoke.getID());
        } else if (request instanceof AlarmRequest alarm && alarm.getAction() == AlarmRequest.AlarmAction.ACTIVATE) {
            alarmed = true;
        }
        rpc.requests().forEach(each -> {
            if (each instanceof LeaseKeepAliveRequest keepAlive) {
                leases.computeIfPresent(keepAlive.getID(), (id, lease) -> known(lease.ttlSeconds));
            }
        });
    }

    void learnRevision(Message message) {
        var header = message.getDescriptorForType().findFieldByName("header");
        if (header != null && message.hasField(header)) {
            revision = Math.max(revision, ((ResponseHeader) message.getField(header)).getRevision());
        }
    }

    void forgetLease(long id) {
        leases.remove(id);
    }

    void alarmsAreOff() {
        alarmed = false;
    }

    /** After a restart each lease has its whole time again, on each side from when that side was up again. */
    void restarted(Duration took) {
        compactedBeforeRestart.addAll(compactions);
        restartBlur = restartBlur.plus(took);
        leases.replaceAll((id, lease) -> known(lease.ttlSeconds));
    }

    /** How many seconds the two sides may differ in what is left of a lease. */
    long blurSeconds() {
        return CALL_BLUR.plus(restartBlur).toSeconds() + 1;
    }

    private static KnownLease known(long ttlSeconds) {
        long bounded = Math.max(0, Math.min(ttlSeconds, Duration.ofDays(365).toSeconds()));
        return new KnownLease(
                ttlSeconds, System.nanoTime() + Duration.ofSeconds(bounded).toNanos());
    }
}
