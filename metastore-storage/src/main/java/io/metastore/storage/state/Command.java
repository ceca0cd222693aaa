package io.metastore.storage.state;

import io.metastore.api.EtcdError;
import io.metastore.api.rpc.AlarmRequest;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.LeaseCheckpointRequest;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseRevokeRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.storage.auth.AuthChange;
import io.metastore.storage.auth.Caller;
import io.metastore.storage.cluster.ClusterVersion;
import io.metastore.storage.cluster.Member;
import java.util.List;
import java.util.Optional;

/**
 * A change the raft group has agreed on. Applying it reads nothing but the command and the state: no clock, no random
 * source, no configuration. Every member must reach the same outcome.
 *
 * <p>A command decides all its refusals before its first change: it takes effect as a whole or not at all.
 */
public sealed interface Command {

    /** Apply thread. What the command changes in the key space takes one revision, unless it says otherwise. */
    Outcome applyTo(StateTxn txn);

    /** Bytes that the command counts for against the space quota; 0 if it needs none. */
    default long spaceCost() {
        return 0;
    }

    /** Whether the command is refused while members disagree on their data. */
    default boolean needsIntactData() {
        return false;
    }

    record Put(PutRequest request) implements Command {
        @Override
        public Outcome applyTo(StateTxn txn) {
            Optional<EtcdError> refusal = txn.refusal(request);
            if (refusal.isPresent()) {
                return new Outcome.Rejected(refusal.get());
            }
            return txn.applied(txn.put(request));
        }

        @Override
        public long spaceCost() {
            return SpaceCost.of(request);
        }

        @Override
        public boolean needsIntactData() {
            return true;
        }
    }

    record DeleteRange(DeleteRangeRequest request) implements Command {
        @Override
        public Outcome applyTo(StateTxn txn) {
            return txn.applied(txn.deleteRange(request));
        }

        @Override
        public boolean needsIntactData() {
            return true;
        }
    }

    record Txn(TxnRequest request) implements Command {
        @Override
        public Outcome applyTo(StateTxn txn) {
            return TxnEvaluator.evaluate(request, txn);
        }

        @Override
        public long spaceCost() {
            return SpaceCost.of(request);
        }

        @Override
        public boolean needsIntactData() {
            return !TxnKind.isReadOnly(request);
        }
    }

    record Compact(CompactionRequest request) implements Command {
        @Override
        public Outcome applyTo(StateTxn txn) {
            long revision = request.getRevision();
            if (revision <= txn.compactedRevision()) {
                return new Outcome.Rejected(EtcdError.COMPACTED);
            }
            if (revision > txn.revision()) {
                return new Outcome.Rejected(EtcdError.FUTURE_REVISION);
            }
            txn.compact(revision);
            return txn.applied();
        }

        @Override
        public boolean needsIntactData() {
            return true;
        }
    }

    /** The request carries the id and the effective TTL: the proposer has chosen the one and raised the other. */
    record LeaseGrant(LeaseGrantRequest request) implements Command {
        @Override
        public Outcome applyTo(StateTxn txn) {
            return txn.grant(request);
        }

        @Override
        public long spaceCost() {
            return SpaceCost.LEASE;
        }

        @Override
        public boolean needsIntactData() {
            return true;
        }
    }

    record LeaseRevoke(LeaseRevokeRequest request) implements Command {
        @Override
        public Outcome applyTo(StateTxn txn) {
            if (!txn.leaseExists(request.getID())) {
                return new Outcome.Rejected(EtcdError.LEASE_NOT_FOUND);
            }
            txn.revoke(request.getID());
            return txn.applied();
        }

        @Override
        public boolean needsIntactData() {
            return true;
        }
    }

    /** How much time the leader says is left of leases; unknown ones are passed over. */
    record LeaseCheckpoint(LeaseCheckpointRequest request) implements Command {
        @Override
        public Outcome applyTo(StateTxn txn) {
            request.getCheckpointsList()
                    .forEach(checkpoint -> txn.checkpoint(checkpoint.getID(), checkpoint.getRemainingTTL()));
            return txn.applied();
        }
    }

    /**
     * Leases whose time is over, revoked in their order; each that has keys takes a revision of its own. Void in an entry
     * of another term than the leader had when it counted the time; those gone already are passed over.
     */
    record RevokeExpired(List<Long> ids, long term) implements Command {
        public RevokeExpired {
            ids = List.copyOf(ids);
        }

        @Override
        public Outcome applyTo(StateTxn txn) {
            if (term != txn.term()) {
                return new Outcome.Rejected(EtcdError.LEADER_CHANGED);
            }
            for (long id : ids) {
                if (txn.leaseExists(id)) {
                    txn.nextRevision();
                    txn.revoke(id);
                }
            }
            return txn.applied();
        }

        @Override
        public boolean needsIntactData() {
            return true;
        }
    }

    /**
     * What somebody asks for, who is checked when it is applied: by then he may be allowed less. A command that is not
     * wrapped so comes from a member, or from a time when auth was off.
     */
    record Asked(Caller caller, Command command) implements Command {
        public Asked {
            if (command instanceof Asked) {
                throw new IllegalArgumentException("asked for by two callers");
            }
        }

        @Override
        public Outcome applyTo(StateTxn txn) {
            return command.applyTo(txn);
        }

        @Override
        public long spaceCost() {
            return command.spaceCost();
        }

        @Override
        public boolean needsIntactData() {
            return command.needsIntactData();
        }
    }

    record ChangeAuth(AuthChange change) implements Command {
        @Override
        public Outcome applyTo(StateTxn txn) {
            EtcdError refusal = txn.changeAuth(change);
            return refusal == null ? txn.applied() : new Outcome.Rejected(refusal);
        }
    }

    /** A user whose password was right gets a token that all members know: {@code token}, a dot, and the entry's index. */
    record LogIn(String user, String token) implements Command {
        @Override
        public Outcome applyTo(StateTxn txn) {
            return txn.logIn(user, token);
        }

        @Override
        public String toString() {
            return "LogIn[" + user + "]";
        }
    }

    record Alarm(AlarmRequest request) implements Command {
        @Override
        public Outcome applyTo(StateTxn txn) {
            return txn.alarm(request);
        }
    }

    /** A member says its name and where clients reach it. Of one that was removed meanwhile, nothing is noted. */
    record PublishMember(Member member) implements Command {
        @Override
        public Outcome applyTo(StateTxn txn) {
            return txn.members().publish(member);
        }
    }

    /** The members that a cluster begins with, told by its first leader; void in a cluster that knows its members. */
    record FoundCluster(List<Member> members) implements Command {
        public FoundCluster {
            members = List.copyOf(members);
        }

        @Override
        public Outcome applyTo(StateTxn txn) {
            return txn.members().found(members);
        }
    }

    /**
     * A member that is to take part.
     *
     * @param maxLearners what the member that was asked allows
     */
    record AddMember(Member member, int maxLearners) implements Command {
        @Override
        public Outcome applyTo(StateTxn txn) {
            return txn.members().add(member, maxLearners);
        }
    }

    record RemoveMember(long id) implements Command {
        @Override
        public Outcome applyTo(StateTxn txn) {
            return txn.members().remove(id);
        }
    }

    record UpdateMember(long id, List<String> peerUrls) implements Command {
        public UpdateMember {
            peerUrls = List.copyOf(peerUrls);
        }

        @Override
        public Outcome applyTo(StateTxn txn) {
            return txn.members().update(id, peerUrls);
        }
    }

    /** A learner that is to be a voter. */
    record PromoteMember(long id) implements Command {
        @Override
        public Outcome applyTo(StateTxn txn) {
            return txn.members().promote(id);
        }
    }

    /** The cluster goes on with this member alone, which votes: the others are removed. Void where it was removed itself. */
    record KeepOnlyMember(long id) implements Command {
        @Override
        public Outcome applyTo(StateTxn txn) {
            return txn.members().keepOnly(id);
        }
    }

    record SetClusterVersion(String version) implements Command {
        @Override
        public Outcome applyTo(StateTxn txn) {
            txn.setClusterVersion(version);
            return txn.applied();
        }
    }

    /** The release that the cluster is to go back to; empty ends that, also where there is nothing to end. */
    record SetDowngrade(Optional<ClusterVersion> target) implements Command {
        @Override
        public Outcome applyTo(StateTxn txn) {
            return txn.setDowngrade(target);
        }
    }

    record NoOp() implements Command {
        @Override
        public Outcome applyTo(StateTxn txn) {
            return txn.applied();
        }
    }
}
