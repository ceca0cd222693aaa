package io.metastore.server.process.faults;

import io.metastore.server.process.Eventually;
import io.metastore.server.process.ProcessCluster;
import io.metastore.server.process.ProcessMember;
import io.metastore.server.process.history.Violation;
import io.metastore.server.process.history.Violation.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Does to the cluster what a schedule says, proves that it was done, mends it, and sees that the cluster serves again. */
final class Nemesis {

    private static final Duration EFFECT_BOUND = Duration.ofSeconds(20);
    private static final Duration SERVING_BOUND = Duration.ofSeconds(30);

    private final ProcessCluster cluster;
    private final PeerNetwork network;
    private final ClusterLoad load;
    private final List<Violation> violations = new ArrayList<>();

    Nemesis(ProcessCluster cluster, PeerNetwork network, ClusterLoad load) {
        this.cluster = cluster;
        this.network = network;
        this.load = load;
    }

    /** What was broken that only shows while a fault lasts or right after it. */
    List<Violation> violations() {
        return violations;
    }

    /** Leaves the cluster whole. Answers by what the effect was seen. */
    String run(FaultStep step) {
        int leader = load.leadership().await();
        int follower = (leader + 1 + step.which()) % cluster.members().size();
        return switch (step.kind()) {
            case KILL_LEADER -> kill(step, Set.of(leader), leader);
            case KILL_FOLLOWER -> kill(step, Set.of(follower), leader);
            case KILL_ALL -> kill(step, everyone(), leader);
            case PAUSE_LEADER -> pause(step, leader, leader);
            case PAUSE_FOLLOWER -> pause(step, follower, leader);
            case LEADER_ALONE -> alone(step, Set.of(leader), leader);
            case FOLLOWER_ALONE -> alone(step, Set.of(follower), leader);
            case ALL_ALONE -> alone(step, everyone(), leader);
            case LEADER_NOT_HEARD -> partition(step, network.outOf(leader), leader);
            case LEADER_HEARS_NOTHING -> partition(step, network.into(leader), leader);
            case FOLLOWER_NOT_HEARD -> partition(step, network.outOf(follower), follower);
            case FOLLOWER_HEARS_NOTHING -> partition(step, network.into(follower), follower);
            case LEADER_AND_FOLLOWER_APART ->
                partition(step, List.of(network.link(leader, follower), network.link(follower, leader)), follower);
            case SLOW_LEADER -> {
                List<Link> both = new ArrayList<>(network.outOf(leader));
                both.addAll(network.into(leader));
                yield slow(step, both);
            }
            case SLOW_NETWORK -> slow(step, network.all());
        };
    }

    private String kill(FaultStep step, Set<Integer> doomed, int leader) {
        doomed.forEach(member -> {
            member(member).kill();
            load.lostItsMemory(member);
        });
        String effect =
                "exit codes " + doomed.stream().map(i -> member(i).exitCode()).toList();
        doomed.forEach(member -> require(!load.answers(member, true), step, "killed and answers"));
        if (step.kind() == FaultKind.KILL_LEADER) {
            effect += ", " + awaitOtherLeader(step, leader);
        }
        last(step, doomed);
        doomed.forEach(member -> member(member).launch());
        doomed.forEach(member -> member(member).awaitReady());
        awaitAllServe(step);
        return effect;
    }

    private String pause(FaultStep step, int victim, int leader) {
        member(victim).pause();
        String effect;
        try {
            Eventually.await(EFFECT_BOUND, () -> "the process is stopped", () -> stateOf(member(victim)) == 'T');
            require(!load.answers(victim, true), step, "paused and answers");
            effect = "process state T, no answer";
            if (victim == leader) {
                effect += ", " + awaitOtherLeader(step, leader);
            }
            last(step, Set.of(victim));
        } finally {
            member(victim).resume();
        }
        awaitAllServe(step);
        return effect;
    }

    /** Each of these members reaches nobody. */
    private String alone(FaultStep step, Set<Integer> victims, int leader) {
        Set<Link> links = victims.stream()
                .flatMap(victim -> List.of(network.outOf(victim), network.into(victim)).stream())
                .flatMap(List::stream)
                .collect(Collectors.toSet());
        Map<Link, Link.Counts> before = stop(step, links);
        String effect = awaitStopped(step, before);
        if (step.kind() == FaultKind.LEADER_ALONE) {
            effect += ", " + awaitOtherLeader(step, leader);
        }
        for (int victim : victims) {
            if (load.answers(victim, false)) {
                effect += ", but member %d reads alone".formatted(victim);
                violations.add(new Violation(
                        Rule.MINORITY_DOES_NOT_ANSWER, "%s: member %d reads alone".formatted(step, victim)));
            } else {
                effect += ", no linearizable read of member %d".formatted(victim);
            }
        }
        last(step, victims);
        requireNothingPassed(step, before);
        network.heal();
        awaitAllServe(step);
        return effect;
    }

    private String partition(FaultStep step, Collection<Link> links, int victim) {
        Map<Link, Link.Counts> before = stop(step, links);
        String effect = awaitStopped(step, before);
        last(step, Set.of(victim));
        requireNothingPassed(step, before);
        network.heal();
        awaitAllServe(step);
        return effect;
    }

    private String slow(FaultStep step, Collection<Link> links) {
        Map<Link, Link.Counts> before = counts(links);
        network.set(links, Link.State.SLOW, step.delay());
        Eventually.await(EFFECT_BOUND, () -> step + " delays something", () -> counts(links).entrySet().stream()
                .anyMatch(each ->
                        each.getValue().delayed() > before.get(each.getKey()).delayed()));
        last(step, Set.of());
        long delayed = counts(links).entrySet().stream()
                .mapToLong(each ->
                        each.getValue().delayed() - before.get(each.getKey()).delayed())
                .sum();
        network.heal();
        awaitAllServe(step);
        return "%d pieces late by %d ms each".formatted(delayed, step.delay().toMillis());
    }

    private Map<Link, Link.Counts> stop(FaultStep step, Collection<Link> links) {
        network.set(links, step.reset() ? Link.State.CUT : Link.State.HELD, Duration.ZERO);
        return counts(links);
    }

    private String awaitStopped(FaultStep step, Map<Link, Link.Counts> before) {
        Eventually.await(EFFECT_BOUND, () -> step + " stops something", () -> before.entrySet().stream()
                .anyMatch(each ->
                        each.getKey().counts().stopped() > each.getValue().stopped()));
        return (step.reset() ? "connections reset" : "bytes held") + " on " + before.size() + " links, none passed";
    }

    private void requireNothingPassed(FaultStep step, Map<Link, Link.Counts> before) {
        before.forEach(
                (link, counts) -> require(link.counts().passed() == counts.passed(), step, "bytes passed on " + link));
    }

    private static Map<Link, Link.Counts> counts(Collection<Link> links) {
        return links.stream().collect(Collectors.toMap(link -> link, Link::counts));
    }

    private String awaitOtherLeader(FaultStep step, int leader) {
        Set<Integer> others = new TreeSet<>(everyone());
        others.remove(leader);
        Eventually.await(EFFECT_BOUND, () -> step + ": another leader than " + leader, () -> load.leadership()
                .among(others)
                .isPresent());
        return "another leader";
    }

    /** The fault goes on for its time, and until those whom it leaves alone have acknowledged writes. */
    private void last(FaultStep step, Set<Integer> victims) {
        long end = System.nanoTime() + step.lasting().toNanos();
        Set<Integer> others = new TreeSet<>(everyone());
        others.removeAll(victims);
        if (step.kind().leavesMajority()) {
            awaitWrites(step, others, Rule.MAJORITY_SERVES);
        }
        Eventually.holds(step.lasting(), () -> System.nanoTime() - end > 0);
    }

    private void awaitAllServe(FaultStep step) {
        awaitWrites(step, everyone(), Rule.SERVES_AFTER_HEALING);
    }

    private void awaitWrites(FaultStep step, Set<Integer> members, Rule rule) {
        Map<Integer, Long> before =
                members.stream().collect(Collectors.toMap(member -> member, load::acknowledgedWrites));
        for (int member : members) {
            Eventually.holds(SERVING_BOUND, () -> {
                load.reconnect();
                return load.acknowledgedWrites(member) > before.get(member)
                        || !member(member).isAlive();
            });
            if (load.acknowledgedWrites(member) <= before.get(member)) {
                violations.add(new Violation(
                        rule,
                        "%s: no write at member %d was acknowledged within %s".formatted(step, member, SERVING_BOUND)));
            }
        }
    }

    private static void require(boolean effective, FaultStep step, String what) {
        if (!effective) {
            throw new AssertionError("%s had no effect: %s".formatted(step, what));
        }
    }

    private Set<Integer> everyone() {
        Set<Integer> all = new TreeSet<>();
        for (int i = 0; i < cluster.members().size(); i++) {
            all.add(i);
        }
        return all;
    }

    private ProcessMember member(int number) {
        return cluster.member(number);
    }

    /** One letter, as the kernel gives it: R, S, T and others. */
    private static char stateOf(ProcessMember member) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(member.pid()), "stat"));
        return stat.charAt(stat.lastIndexOf(')') + 2);
    }
}
