package io.metastore.server.process.faults;

import io.grpc.StatusRuntimeException;
import io.metastore.api.rpc.AlarmMember;
import io.metastore.api.rpc.AlarmRequest;
import io.metastore.api.rpc.AlarmResponse;
import io.metastore.api.rpc.AlarmType;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.server.process.Eventually;
import io.metastore.server.process.LoopDisk;
import io.metastore.server.process.ProcessMember;
import io.metastore.server.process.history.Violation.Rule;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What happens to a whole disk: the power goes, it fails, it fills. */
final class DiskFaults {

    /** A member that met damage or a failing disk while it served. */
    static final int EXIT_FATAL = 3;

    private static final String EIO = "Input/output error";
    private static final String ENOSPC = "No space left on device";
    /** Less than a member wants to be free. */
    private static final long NEARLY_FULL_BYTES = 48L << 20;

    private static final int ANSWER_SECONDS = 5;

    private final Scene scene;
    private final List<LoopDisk> disks;

    DiskFaults(Scene scene, List<LoopDisk> disks) {
        this.scene = scene;
        this.disks = disks;
    }

    /** All of these at once, or as near to it as one after the other can be: first all disks, then all processes. */
    String cutPower(FaultStep step, Set<Integer> victims, int leader) {
        victims.forEach(victim -> disks.get(victim).fail());
        scene.kill(victims);
        String effect = "what was not synced is gone";
        if (step.kind() == FaultKind.POWER_CUT_LEADER) {
            effect += ", " + scene.awaitOtherLeader(step, leader);
        }
        scene.last(step, victims);
        victims.forEach(victim -> disks.get(victim).recover());
        scene.restart(step, victims);
        return effect;
    }

    /** The member must end by itself: it cannot know what of its log is on the device. */
    String fail(FaultStep step, int victim) {
        disks.get(victim).fail();
        String effect = awaitFatal(scene, step, victim, EIO);
        scene.last(step, Set.of(victim));
        disks.get(victim).recover();
        scene.restart(step, Set.of(victim));
        return effect;
    }

    /** The alarm that the member raises holds for all; reads and what frees space go on. */
    String fill(FaultStep step, int victim) {
        boolean wholly = step.kind() == FaultKind.DISK_FULL;
        LoopDisk disk = disks.get(victim);
        ProcessMember member = scene.member(victim);
        long left = disk.fill(wholly ? 0 : NEARLY_FULL_BYTES);
        String effect = "%d KiB left".formatted(left >> 10);
        Eventually.await(
                Scene.EFFECT_BOUND,
                () -> step + ": an alarm, or the end of member " + victim,
                () -> !member.isAlive() || isAlarmed(scene.othersThan(Set.of(victim))));
        if (member.isAlive()) {
            effect += ", NOSPACE";
            for (int each : scene.everyone()) {
                requireRefusing(step, each);
            }
        }
        scene.last(step, Set.of(victim));
        if (!member.isAlive()) {
            Scene.require(wholly, step, "the member has ended, though there was room left: " + member.logTail());
            effect += ", " + awaitFatal(scene, step, victim, ENOSPC);
            disk.makeRoom();
            member.launch();
            member.awaitReady();
        }
        disk.makeRoom();
        // It looks at its disk about once a second, and raises the alarm again until it has.
        scene.awaitAllServe(step, () -> {
            if (!member.isAlive()) {
                awaitFatal(scene, step, victim, ENOSPC);
                member.launch();
            }
            disarm(scene.everyone());
        });
        return effect;
    }

    /** Waits until the member has ended by its fatal handler, and says that this error is why. */
    static String awaitFatal(Scene scene, FaultStep step, int victim, String error) {
        ProcessMember member = scene.member(victim);
        if (!member.endsWithin(Scene.EFFECT_BOUND)) {
            throw new AssertionError("%s: member %d goes on after %s".formatted(step, victim, error));
        }
        scene.load().lostItsMemory(victim);
        String said = member.logOfThisStart();
        if (member.exitCode() != EXIT_FATAL || !said.contains(error)) {
            scene.violated(
                    Rule.DAMAGE_IS_REPORTED,
                    "%s: member %d ended with exit code %d, its log ends:%n%s"
                            .formatted(step, victim, member.exitCode(), member.logTail()));
        }
        return "exit code %d after %s".formatted(member.exitCode(), error);
    }

    /** Until the alarm is known there a write may still pass. */
    private void requireRefusing(FaultStep step, int member) {
        Eventually.await(Scene.EFFECT_BOUND, () -> step + ": refused by member " + member, () -> {
            scene.load().reconnect();
            return scene.load().refusesWrites(member) || !scene.member(member).isAlive();
        });
        if (scene.member(member).isAlive() && !scene.load().answers(member, true)) {
            scene.violated(Rule.MAJORITY_SERVES, "%s: member %d does not read".formatted(step, member));
        }
    }

    private boolean isAlarmed(Collection<Integer> members) {
        return members.stream()
                .anyMatch(member -> alarms(member).stream().anyMatch(alarm -> alarm.getAlarm() == AlarmType.NOSPACE));
    }

    private void disarm(Collection<Integer> members) {
        for (int member : members) {
            try {
                alarms(member)
                        .forEach(alarm -> ask(
                                member,
                                AlarmRequest.newBuilder()
                                        .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
                                        .setMemberID(alarm.getMemberID())
                                        .setAlarm(alarm.getAlarm())
                                        .build()));
                return;
            } catch (StatusRuntimeException noAnswer) {
                // The next one, or the next time.
            }
        }
    }

    private List<AlarmMember> alarms(int member) {
        return ask(
                        member,
                        AlarmRequest.newBuilder()
                                .setAction(AlarmRequest.AlarmAction.GET)
                                .build())
                .getAlarmsList();
    }

    private AlarmResponse ask(int member, AlarmRequest request) {
        return MaintenanceGrpc.newBlockingStub(scene.load().channel(member))
                .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
                .alarm(request);
    }
}
