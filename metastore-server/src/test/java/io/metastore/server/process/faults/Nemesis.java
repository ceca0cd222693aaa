package io.metastore.server.process.faults;

import io.metastore.server.process.Eventually;
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
import java.util.stream.Collectors;

/** Does to the cluster what a schedule says, proves that it was done, mends it, and sees that the cluster serves again. */
final class Nemesis {

    private final Scene scene;
    private final ClusterLoad load;
    private final PeerNetwork network;
    private final DiskFaults disks;
    private final ProcessFaults processes;
    private final DamageFaults damage;

    Nemesis(Scene scene, PeerNetwork network, MemberMachines machines) {
        this.scene = scene;
        this.load = scene.load();
        this.network = network;
        this.disks = new DiskFaults(scene, machines.disks());
        this.processes = new ProcessFaults(scene, machines.preloads());
        this.damage = new DamageFaults(scene);
    }

    /** What was broken that only shows while a fault lasts or right after it. */
    List<Violation> violations() {
        return scene.violations();
    }

    /** Leaves the cluster whole. Answers by what the effect was seen. */
    String run(FaultStep step) {
        int leader = load.leadership().await();
        int follower = (leader + 1 + step.which()) % scene.everyone().size();
        int either = step.reset() ? leader : follower;
        return switch (step.kind()) {
            case KILL_LEADER -> kill(step, Set.of(leader), leader);
            case KILL_FOLLOWER -> kill(step, Set.of(follower), leader);
            case KILL_ALL -> kill(step, scene.everyone(), leader);
            case PAUSE_LEADER -> pause(step, leader, leader);
            case PAUSE_FOLLOWER -> pause(step, follower, leader);
            case LEADER_ALONE -> alone(step, Set.of(leader), leader);
            case FOLLOWER_ALONE -> alone(step, Set.of(follower), leader);
            case ALL_ALONE -> alone(step, scene.everyone(), leader);
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
            case POWER_CUT_LEADER -> disks.cutPower(step, Set.of(leader), leader);
            case POWER_CUT_FOLLOWER -> disks.cutPower(step, Set.of(follower), leader);
            case POWER_CUT_ALL -> disks.cutPower(step, scene.everyone(), leader);
            case DISK_FAILS -> disks.fail(step, either);
            case DISK_NEARLY_FULL, DISK_FULL -> disks.fill(step, either);
            case LOG_SYNC_FAILS -> processes.failSync(step, either, "/raft/log/");
            case STATE_SYNC_FAILS -> processes.failSync(step, either, "/state/");
            case CLOCK_OF_ONE_JUMPS -> processes.jump(step, either);
            case CLOCKS_JUMP_APART -> processes.jumpApart(step, leader);
            case LOG_BIT_FLIPS -> damage.flipInLog(step, either);
            case STATE_BITS_FLIP -> damage.flipInState(step, either);
        };
    }

    private String kill(FaultStep step, Set<Integer> doomed, int leader) {
        scene.kill(doomed);
        String effect = "exit codes "
                + doomed.stream().map(i -> scene.member(i).exitCode()).toList();
        doomed.forEach(member -> Scene.require(!load.answers(member, true), step, "killed and answers"));
        if (step.kind() == FaultKind.KILL_LEADER) {
            effect += ", " + scene.awaitOtherLeader(step, leader);
        }
        scene.last(step, doomed);
        scene.restart(step, doomed);
        return effect;
    }

    private String pause(FaultStep step, int victim, int leader) {
        scene.member(victim).pause();
        String effect;
        try {
            Eventually.await(
                    Scene.EFFECT_BOUND, () -> "the process is stopped", () -> stateOf(scene.member(victim)) == 'T');
            Scene.require(!load.answers(victim, true), step, "paused and answers");
            effect = "process state T, no answer";
            if (victim == leader) {
                effect += ", " + scene.awaitOtherLeader(step, leader);
            }
            scene.last(step, Set.of(victim));
        } finally {
            scene.member(victim).resume();
        }
        scene.awaitAllServe(step);
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
            effect += ", " + scene.awaitOtherLeader(step, leader);
        }
        for (int victim : victims) {
            if (load.answers(victim, false)) {
                effect += ", but member %d reads alone".formatted(victim);
                scene.violated(Rule.MINORITY_DOES_NOT_ANSWER, "%s: member %d reads alone".formatted(step, victim));
            } else {
                effect += ", no linearizable read of member %d".formatted(victim);
            }
        }
        scene.last(step, victims);
        requireNothingPassed(step, before);
        network.heal();
        scene.awaitAllServe(step);
        return effect;
    }

    private String partition(FaultStep step, Collection<Link> links, int victim) {
        Map<Link, Link.Counts> before = stop(step, links);
        String effect = awaitStopped(step, before);
        scene.last(step, Set.of(victim));
        requireNothingPassed(step, before);
        network.heal();
        scene.awaitAllServe(step);
        return effect;
    }

    private String slow(FaultStep step, Collection<Link> links) {
        Map<Link, Link.Counts> before = counts(links);
        network.set(links, Link.State.SLOW, step.delay());
        Eventually.await(Scene.EFFECT_BOUND, () -> step + " delays something", () -> counts(links).entrySet().stream()
                .anyMatch(each ->
                        each.getValue().delayed() > before.get(each.getKey()).delayed()));
        scene.last(step, Set.of());
        long delayed = counts(links).entrySet().stream()
                .mapToLong(each ->
                        each.getValue().delayed() - before.get(each.getKey()).delayed())
                .sum();
        network.heal();
        scene.awaitAllServe(step);
        return "%d pieces late by %d ms each".formatted(delayed, step.delay().toMillis());
    }

    private Map<Link, Link.Counts> stop(FaultStep step, Collection<Link> links) {
        network.set(links, step.reset() ? Link.State.CUT : Link.State.HELD, Duration.ZERO);
        return counts(links);
    }

    private String awaitStopped(FaultStep step, Map<Link, Link.Counts> before) {
        Eventually.await(Scene.EFFECT_BOUND, () -> step + " stops something", () -> before.entrySet().stream()
                .anyMatch(each ->
                        each.getKey().counts().stopped() > each.getValue().stopped()));
        return (step.reset() ? "connections reset" : "bytes held") + " on " + before.size() + " links, none passed";
    }

    private void requireNothingPassed(FaultStep step, Map<Link, Link.Counts> before) {
        before.forEach((link, counts) ->
                Scene.require(link.counts().passed() == counts.passed(), step, "bytes passed on " + link));
    }

    private static Map<Link, Link.Counts> counts(Collection<Link> links) {
        return links.stream().collect(Collectors.toMap(link -> link, Link::counts));
    }

    /** One letter, as the kernel gives it: R, S, T and others. */
    private static char stateOf(ProcessMember member) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(member.pid()), "stat"));
        return stat.charAt(stat.lastIndexOf(')') + 2);
    }
}
