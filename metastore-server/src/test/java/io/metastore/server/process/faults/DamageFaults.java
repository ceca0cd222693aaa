package io.metastore.server.process.faults;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.metastore.api.rpc.ClusterGrpc;
import io.metastore.api.rpc.DefragmentRequest;
import io.metastore.api.rpc.HashKVRequest;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.Member;
import io.metastore.api.rpc.MemberAddRequest;
import io.metastore.api.rpc.MemberListRequest;
import io.metastore.api.rpc.MemberRemoveRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.StatusRequest;
import io.metastore.server.process.Eventually;
import io.metastore.server.process.ProcessMember;
import io.metastore.server.process.history.Violation.Rule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Bits of a member's files flip while it is down. It must say so and not serve, or stop as soon as it meets them; then it is
 * replaced as an operator would: removed, its data deleted, added, started.
 */
final class DamageFaults {

    private static final Duration BOUND = Duration.ofSeconds(60);
    /**
     * Seconds, mostly; but of a snapshot that the leader has taken back meanwhile jraft asks for each file, two seconds apiece,
     * before it asks for another snapshot.
     */
    private static final Duration JOIN_BOUND = Duration.ofMinutes(4);

    private static final int ANSWER_SECONDS = 5;
    private static final String READY = "ready to serve client requests";
    /** Said only where all files of the state gave way to those of a newer snapshot, whose checksums were right. */
    private static final String STATE_REPLACED = "snapshot loaded";

    private static final ByteString ALL = ByteString.copyFrom(new byte[1]);

    private final Scene scene;

    DamageFaults(Scene scene) {
        this.scene = scene;
    }

    String flipInLog(FaultStep step, int victim) {
        Path log = scene.member(victim).dataDir().resolve("member/raft/log");
        long[] applied = new long[1];
        Eventually.await(Scene.EFFECT_BOUND, () -> step + ": synced and committed entries in " + log, () -> {
            applied[0] = MaintenanceGrpc.newBlockingStub(scene.load().channel(victim))
                    .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
                    .status(StatusRequest.getDefaultInstance())
                    .getRaftAppliedIndex();
            return !LogBits.of(log, applied[0]).isEmpty();
        });
        scene.kill(Set.of(victim));
        List<BitFlips.Range> frames = LogBits.of(log, applied[0]);
        Scene.require(!frames.isEmpty(), step, "no synced and committed entry in " + log);
        BitFlips flips = LogBits.choose(frames, random(step));
        flips.inflict();
        return flips + ", " + noticedAndReplaced(step, victim, "(?s).*raft log is damaged: .*", said -> false);
    }

    String flipInState(FaultStep step, int victim) {
        Path state = scene.member(victim).dataDir().resolve("member/state");
        Eventually.await(Scene.EFFECT_BOUND, () -> step + ": tables in " + state, () -> !StateBits.tables(state)
                .isEmpty());
        scene.kill(Set.of(victim));
        BitFlips flips = StateBits.choose(state, random(step));
        flips.inflict();
        return flips + ", "
                + noticedAndReplaced(
                        step, victim, "(?s).*(Corruption|checksum mismatch).*", said -> said.contains(STATE_REPLACED));
    }

    private static Random random(FaultStep step) {
        return new Random(step.delay().toMillis() * 10_000 + step.lasting().toMillis());
    }

    /** @param isGone whether, by what the member has said, nothing is left of the damage that it could meet */
    private String noticedAndReplaced(FaultStep step, int victim, String complaint, Predicate<String> isGone) {
        ProcessMember member = scene.member(victim);
        member.launch();
        Eventually.await(
                BOUND,
                () -> step + ": member " + victim + " neither serves nor ends",
                () -> !member.isAlive() || member.logOfThisStart().contains(READY));
        String effect = "refused to start";
        if (member.isAlive()) {
            effect = "served until it met them";
            Eventually.holds(Scene.EFFECT_BOUND, () -> {
                if (member.isAlive()) {
                    readEverything(scene.load().channel(victim));
                }
                return !member.isAlive() || isGone.test(member.logOfThisStart());
            });
        }
        if (member.isAlive()) {
            if (isGone.test(member.logOfThisStart())) {
                effect = "got the leader's state before it met them";
            } else {
                scene.violated(
                        Rule.DAMAGE_IS_REPORTED,
                        "%s: member %d serves from damaged files:%n%s".formatted(step, victim, member.logTail()));
            }
            scene.kill(Set.of(victim));
        } else {
            scene.load().lostItsMemory(victim);
            if (member.exitCode() == 0 || !member.logOfThisStart().matches(complaint)) {
                scene.violated(
                        Rule.DAMAGE_IS_REPORTED,
                        "%s: member %d ended with exit code %d and does not say why:%n%s"
                                .formatted(step, victim, member.exitCode(), member.logTail()));
            }
        }
        effect += ", exit code " + member.exitCode();
        scene.last(step, Set.of(victim));
        long began = System.nanoTime();
        replace(step, victim);
        return "%s, replaced in %d ms".formatted(effect, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
    }

    /** Whatever a client can make the member look at; any of it may meet the damage, and then fails. */
    private static void readEverything(Channel channel) {
        List<Runnable> questions = List.of(
                () -> KVGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
                        .range(RangeRequest.newBuilder()
                                .setKey(ALL)
                                .setRangeEnd(ALL)
                                .setSerializable(true)
                                .build()),
                () -> MaintenanceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
                        .hashKV(HashKVRequest.getDefaultInstance()),
                () -> MaintenanceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
                        .defragment(DefragmentRequest.getDefaultInstance()));
        for (Runnable question : questions) {
            try {
                question.run();
            } catch (StatusRuntimeException failed) {
                // That the member ends is what is waited for.
            }
        }
    }

    private void replace(FaultStep step, int victim) {
        ProcessMember member = scene.member(victim);
        Set<Integer> others = scene.othersThan(Set.of(victim));
        // What is not answered may have been done, so each time the list says what is left to do.
        long[] removed = new long[1];
        Eventually.await(BOUND, () -> step + ": member " + victim + " is removed and added", () -> {
            int other = others.stream()
                    .filter(each -> scene.load().answers(each, false))
                    .findFirst()
                    .orElseThrow();
            ClusterGrpc.ClusterBlockingStub cluster = ClusterGrpc.newBlockingStub(
                            scene.load().channel(other))
                    .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS);
            List<Member> same =
                    cluster
                            .memberList(MemberListRequest.newBuilder()
                                    .setLinearizable(true)
                                    .build())
                            .getMembersList()
                            .stream()
                            .filter(each -> each.getPeerURLsList().contains(member.peerUrl()))
                            .toList();
            if (same.isEmpty()) {
                cluster.memberAdd(MemberAddRequest.newBuilder()
                        .addPeerURLs(member.peerUrl())
                        .build());
                return false;
            }
            long id = same.get(0).getID();
            if (removed[0] == 0) {
                removed[0] = id;
            }
            if (id == removed[0]) {
                cluster.memberRemove(MemberRemoveRequest.newBuilder().setID(id).build());
                return false;
            }
            return true;
        });
        delete(member.dataDir().resolve("member"));
        member.joiningAgain();
        member.launch();
        member.awaitReady(JOIN_BOUND);
        scene.awaitAllServe(step);
    }

    private static void delete(Path root) {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
