package io.metastore.server.process.mutants;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.AsmVisitorWrapper;
import net.bytebuddy.asm.MemberSubstitution;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.matcher.ElementMatcher;
import net.bytebuddy.pool.TypePool;
import org.jspecify.annotations.Nullable;

/** A defect of one method. Each is a mistake that a store like this one could have, or that another one had. */
public enum Mutant {
    READS_ASK_NOBODY(
            "a linearizable read does not ask a quorum",
            method("io.metastore.server.replication.ReadGate", "linearizable", 2),
            ReadMutations.AtOnce.class),
    COMMITTED_BY_ONE(
            "an entry counts as agreed, and is acknowledged, when one member has it",
            method("com.alipay.sofa.jraft.core.BallotBox", "commitAt", 3),
            null),
    LOG_LOSES_ITS_TAIL(
            "a restarted member has lost its last entries, as if the log were not synced",
            method("io.metastore.raft.log.SegmentedLog", "open", 3),
            LogMutations.TailLost.class),
    PROPOSED_TWICE(
            "the leader proposes an entry of another member again, now and then",
            method("io.metastore.server.replication.ProposalService", "handle", 3),
            LogMutations.Again.class),
    REFUSED_AND_DONE(
            "a put is done and answered with: too many requests, now and then",
            method("io.metastore.server.replication.Replicator", "submit", 2),
            WriteMutations.Refused.class),
    PUT_SKIPPED(
            "the member m2 leaves out a put now and then",
            method("io.metastore.storage.state.StateMachine", "apply", 3),
            WriteMutations.Skipped.class),
    COMPARE_IGNORED(
            "some compares of transactions hold whatever the store has",
            method("io.metastore.storage.state.Compares", "allHold", 2),
            WriteMutations.Holds.class),
    REVISION_FALLS(
            "a restarted member goes on one revision below the newest that it has",
            method("io.metastore.storage.mvcc.MvccStore", "loadRevisions", 0),
            WriteMutations.Falls.class),
    EVENT_DROPPED(
            "watchers that are up to date are not told of a change now and then",
            method("io.metastore.storage.watch.WatchHub", "published", 2),
            WatchMutations.Dropped.class),
    EVENT_TWICE(
            "watchers that read history are told the last of it twice",
            method("io.metastore.storage.watch.Delivery", "found", 3),
            WatchMutations.Twice.class),
    LEASE_FORGOTTEN(
            "a new leader does not count the time of leases that there are",
            method("io.metastore.storage.lease.ExpiryQueue", "countAll", 1),
            LeaseMutations.NotCounted.class),
    LEASE_ENDS_EARLY(
            "a new leader counts the time of leases as if ten seconds of it were over",
            method("io.metastore.storage.lease.ExpiryQueue", "countAll", 1),
            LeaseMutations.Shortened.class),
    MEMBER_UNKNOWN(
            "the member m2 does not note what m3 says of itself",
            method("io.metastore.storage.state.Command$PublishMember", "applyTo", 1),
            MemberMutations.NotNoted.class);

    private final String defect;
    private final Target target;
    private final @Nullable Class<?> advice;

    private record Target(String type, String method, int arguments) {}

    Mutant(String defect, Target target, @Nullable Class<?> advice) {
        this.defect = defect;
        this.target = target;
        this.advice = advice;
    }

    /** What is wrong, in one line. */
    public String defect() {
        return defect;
    }

    /** The class whose method is changed. */
    String type() {
        return target.type();
    }

    /** The change. Made without loading the class that it concerns, which may be the one that is just being loaded. */
    AsmVisitorWrapper change() {
        ElementMatcher.Junction<MethodDescription> method =
                named(target.method()).and(takesArguments(target.arguments()));
        if (advice == null) {
            return MemberSubstitution.relaxed()
                    .method(named("isGranted"))
                    .replaceWith(LogMutations.granted())
                    .on(method);
        }
        ClassFileLocator classes = ClassFileLocator.ForClassLoader.of(Mutant.class.getClassLoader());
        TypeDescription described =
                TypePool.Default.of(classes).describe(advice.getName()).resolve();
        return Advice.to(described, classes).on(method);
    }

    private static Target method(String type, String name, int arguments) {
        return new Target(type, name, arguments);
    }
}
