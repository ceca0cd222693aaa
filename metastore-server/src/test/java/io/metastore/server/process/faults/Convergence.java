package io.metastore.server.process.faults;

import io.grpc.ManagedChannel;
import io.metastore.api.rpc.ClusterGrpc;
import io.metastore.api.rpc.HashKVRequest;
import io.metastore.api.rpc.HashKVResponse;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LeaseLeasesRequest;
import io.metastore.api.rpc.LeaseStatus;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.Member;
import io.metastore.api.rpc.MemberListRequest;
import io.metastore.server.process.Eventually;
import io.metastore.server.process.Workload;
import io.metastore.server.process.history.Violation;
import io.metastore.server.process.history.Violation.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Waits until members that nobody disturbs any more say the same, and have ended what is to end. */
final class Convergence {

    private static final int ANSWER_SECONDS = 5;

    private final List<ManagedChannel> members;
    private final int clusterSize;
    private final Duration patience;
    private final List<Violation> violations = new ArrayList<>();

    Convergence(List<ManagedChannel> members, int clusterSize, Duration patience) {
        this.members = List.copyOf(members);
        this.clusterSize = clusterSize;
        this.patience = patience;
    }

    List<Violation> violations() {
        return violations;
    }

    /** All leases that nobody keeps alive any more, which are all but those granted for ever. */
    void awaitEndOfLeases() {
        List<List<Long>> left = new ArrayList<>();
        if (!holds(left, Convergence::leases, () -> left.stream().allMatch(Workload.leases()::equals))) {
            violations.add(new Violation(Rule.LEASE_ENDS, "leases that the members have left: " + left));
        }
    }

    /** Waits until all members have the same hash of the same revision, and answers the revision. */
    long awaitHashes() {
        List<HashKVResponse> hashes = new ArrayList<>();
        if (!holds(
                hashes,
                Convergence::hash,
                () -> isSame(hashes.stream().map(Convergence::brief).toList()))) {
            violations.add(new Violation(
                    Rule.MEMBERS_AGREE,
                    "hashes of the members: "
                            + hashes.stream().map(Convergence::brief).toList()));
        }
        return hashes.stream().mapToLong(HashKVResponse::getHashRevision).max().orElse(0);
    }

    /** Each says of itself whom it knows; names and where clients reach them are agreed on like keys. */
    void awaitMemberLists() {
        List<List<Member>> lists = new ArrayList<>();
        if (!holds(lists, Convergence::members, () -> isSame(lists) && isWhole(lists.get(0)))) {
            violations.add(new Violation(
                    Rule.MEMBERS_AGREE, "lists of members: " + lists.toString().replaceAll("\\s+", " ")));
        }
    }

    private <T> boolean holds(List<T> answers, Function<ManagedChannel, T> question, Eventually.Condition condition) {
        return Eventually.holds(patience, () -> {
            answers.clear();
            for (ManagedChannel member : members) {
                member.resetConnectBackoff();
                answers.add(question.apply(member));
            }
            return condition.met();
        });
    }

    private static boolean isSame(List<?> answers) {
        return answers.stream().distinct().count() == 1;
    }

    private boolean isWhole(List<Member> list) {
        return list.size() == clusterSize
                && list.stream().noneMatch(each -> each.getName().isEmpty());
    }

    private static String brief(HashKVResponse hash) {
        return "%d at %d, compacted %d".formatted(hash.getHash(), hash.getHashRevision(), hash.getCompactRevision());
    }

    private static List<Long> leases(ManagedChannel member) {
        return LeaseGrpc.newBlockingStub(member)
                .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
                .leaseLeases(LeaseLeasesRequest.getDefaultInstance())
                .getLeasesList()
                .stream()
                .map(LeaseStatus::getID)
                .sorted()
                .toList();
    }

    private static HashKVResponse hash(ManagedChannel member) {
        return MaintenanceGrpc.newBlockingStub(member)
                .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
                .hashKV(HashKVRequest.getDefaultInstance());
    }

    private static List<Member> members(ManagedChannel member) {
        return ClusterGrpc.newBlockingStub(member)
                .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
                .memberList(MemberListRequest.getDefaultInstance())
                .getMembersList()
                .stream()
                .sorted(Comparator.comparingLong(Member::getID))
                .toList();
    }
}
