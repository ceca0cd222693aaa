package io.metastore.server.process.faults;

import io.metastore.server.process.Eventually;
import io.metastore.server.process.ProcessCluster;
import io.metastore.server.process.ProcessMember;
import io.metastore.server.process.history.Violation;
import io.metastore.server.process.history.Violation.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The cluster and its clients, as faults meet them; sees that those serve who should, while a fault lasts and after it. */
final class Scene {

    static final Duration EFFECT_BOUND = Duration.ofSeconds(20);
    private static final Duration SERVING_BOUND = Duration.ofSeconds(30);

    private final ProcessCluster cluster;
    private final ClusterLoad load;
    private final List<Violation> violations = new ArrayList<>();

    Scene(ProcessCluster cluster, ClusterLoad load) {
        this.cluster = cluster;
        this.load = load;
    }

    ClusterLoad load() {
        return load;
    }

    ProcessMember member(int number) {
        return cluster.member(number);
    }

    Set<Integer> everyone() {
        Set<Integer> all = new TreeSet<>();
        for (int i = 0; i < cluster.members().size(); i++) {
            all.add(i);
        }
        return all;
    }

    Set<Integer> othersThan(Collection<Integer> members) {
        Set<Integer> others = everyone();
        others.removeAll(members);
        return others;
    }

    void violated(Rule rule, String detail) {
        violations.add(new Violation(rule, detail));
    }

    List<Violation> violations() {
        return violations;
    }

    /** SIGKILL; what these members say from now on they say in another life. */
    void kill(Collection<Integer> doomed) {
        doomed.forEach(member -> {
            member(member).kill();
            load.lostItsMemory(member);
        });
    }

    /** Starts members that are down, and waits until all members serve. */
    void restart(FaultStep step, Collection<Integer> members) {
        members.forEach(member -> member(member).launch());
        members.forEach(member -> member(member).awaitReady());
        awaitAllServe(step);
    }

    String awaitOtherLeader(FaultStep step, int leader) {
        Eventually.await(EFFECT_BOUND, () -> step + ": another leader than " + leader, () -> load.leadership()
                .among(othersThan(Set.of(leader)))
                .isPresent());
        return "another leader";
    }

    /** The fault goes on for its time, and until those whom it leaves alone have acknowledged writes. */
    void last(FaultStep step, Collection<Integer> victims) {
        long end = System.nanoTime() + step.lasting().toNanos();
        if (step.kind().leavesMajority()) {
            awaitWrites(step, othersThan(victims), Rule.MAJORITY_SERVES, () -> {});
        }
        Eventually.holds(step.lasting(), () -> System.nanoTime() - end > 0);
    }

    void awaitAllServe(FaultStep step) {
        awaitAllServe(step, () -> {});
    }

    /** Does this again and again meanwhile. */
    void awaitAllServe(FaultStep step, Runnable meanwhile) {
        awaitWrites(step, everyone(), Rule.SERVES_AFTER_HEALING, meanwhile);
    }

    private void awaitWrites(FaultStep step, Set<Integer> members, Rule rule, Runnable meanwhile) {
        Map<Integer, Long> before =
                members.stream().collect(Collectors.toMap(member -> member, load::acknowledgedWrites));
        for (int member : members) {
            Eventually.holds(SERVING_BOUND, () -> {
                load.reconnect();
                meanwhile.run();
                return load.acknowledgedWrites(member) > before.get(member)
                        || !member(member).isAlive();
            });
            if (load.acknowledgedWrites(member) <= before.get(member)) {
                violated(
                        rule,
                        "%s: no write at member %d was acknowledged within %s".formatted(step, member, SERVING_BOUND));
            }
        }
    }

    static void require(boolean effective, FaultStep step, String what) {
        if (!effective) {
            throw new AssertionError("%s had no effect: %s".formatted(step, what));
        }
    }
}
