package io.metastore.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.metastore.api.rpc.HashKVRequest;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.StatusRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three members, each a process; each test leaves all three running. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterIT {

    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final Duration OUTAGE_BOUND = Duration.ofSeconds(5);

    private ProcessCluster cluster;

    @BeforeAll
    void start(@TempDir Path directory) {
        Program program = Binaries.metastore().withEnvironment("METASTORE_HEAP", "160m");
        cluster = new ProcessCluster(program.withFlags("--snapshot-count=200"), directory, 3).start();
    }

    @AfterAll
    void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void eachMemberTakesWritesAndSeesThoseOfTheOthers() {
        Path etcdctl = Binaries.etcdctl();
        for (ProcessMember writer : cluster.members()) {
            String key = "of-" + writer.endpoint();
            assertThat(run(etcdctl, writer, "put", key, "v")).isEqualTo("OK");
            for (ProcessMember reader : cluster.members()) {
                assertThat(run(etcdctl, reader, "get", "--print-value-only", key))
                        .isEqualTo("v");
            }
        }
        assertThat(run(etcdctl, cluster.member(0), "member", "list").lines()).hasSize(3);
    }

    @Test
    void anAcknowledgedWriteSurvivesTheLossOfTheLeader() throws Exception {
        ProcessMember leader = awaitLeader();
        List<ProcessMember> others = new ArrayList<>(cluster.members());
        others.remove(leader);
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> writers = new ArrayList<>();
        for (ProcessMember member : cluster.members()) {
            Thread writer = new Thread(() -> write(member, acknowledged, over));
            writer.start();
            writers.add(writer);
        }
        Eventually.await(BOUND, () -> "writes", () -> acknowledged.size() > 200);

        leader.kill();

        for (ProcessMember member : others) {
            Eventually.answer(OUTAGE_BOUND, () -> put(member, "after-" + member.endpoint(), 1));
        }
        over.set(true);
        for (Thread writer : writers) {
            writer.join();
        }
        leader.start();
        for (ProcessMember member : cluster.members()) {
            assertThat(keys(member)).as("at %s", member.endpoint()).containsAll(acknowledged);
        }
        awaitEqualHashes();
    }

    @Test
    void aMemberThatIsBehindTheLogGetsASnapshot() throws Exception {
        ProcessMember leader = awaitLeader();
        ProcessMember behind = cluster.members().stream()
                .filter(member -> member != leader)
                .findFirst()
                .orElseThrow();
        behind.kill();
        for (int i = 0; i < 1000; i++) {
            put(leader, "k" + i % 100, 20);
        }
        int logged = behind.log().length();

        behind.start();

        awaitEqualHashes();
        assertThat(behind.log().substring(logged)).contains("snapshot loaded");
    }

    private static void write(ProcessMember member, Set<String> acknowledged, AtomicBoolean over) {
        for (int i = 0; !over.get(); i++) {
            String key = "w/%s/%d".formatted(member.endpoint(), i);
            try {
                put(member, key, 2);
                acknowledged.add(key);
            } catch (StatusRuntimeException lost) {
                // Not acknowledged.
            }
        }
    }

    private static boolean put(ProcessMember member, String key, int seconds) {
        ManagedChannel channel = Channels.of(member);
        KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(seconds, TimeUnit.SECONDS)
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFromUtf8("v"))
                        .build());
        return true;
    }

    private static Set<String> keys(ProcessMember member) {
        Set<String> keys = ConcurrentHashMap.newKeySet();
        KVGrpc.newBlockingStub(Channels.of(member))
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .withWaitForReady()
                .range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("w/"))
                        .setRangeEnd(ByteString.copyFromUtf8("w0"))
                        .setKeysOnly(true)
                        .build())
                .getKvsList()
                .forEach(kv -> keys.add(kv.getKey().toStringUtf8()));
        return keys;
    }

    private ProcessMember awaitLeader() throws Exception {
        return Eventually.answer(BOUND, () -> cluster.members().stream()
                .filter(member -> {
                    var status = MaintenanceGrpc.newBlockingStub(Channels.of(member))
                            .withDeadlineAfter(5, TimeUnit.SECONDS)
                            .status(StatusRequest.getDefaultInstance());
                    return status.getLeader() == status.getHeader().getMemberId();
                })
                .findFirst()
                .orElseThrow());
    }

    private void awaitEqualHashes() {
        Eventually.await(
                BOUND,
                () -> "equal hashes",
                () -> cluster.members().stream()
                                .map(member -> MaintenanceGrpc.newBlockingStub(Channels.of(member))
                                        .withDeadlineAfter(5, TimeUnit.SECONDS)
                                        .hashKV(HashKVRequest.getDefaultInstance()))
                                .map(hash -> hash.getHash() + "@" + hash.getHashRevision())
                                .distinct()
                                .count()
                        == 1);
    }

    private static String run(Path etcdctl, ProcessMember member, String... arguments) {
        List<String> command = new ArrayList<>(List.of(etcdctl.toString(), "--endpoints=" + member.endpoint()));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as("%s", command).isZero();
            return out.strip();
        } catch (Exception e) {
            throw new AssertionError(String.join(" ", command), e);
        }
    }

    /** One connection to each member for all tests. */
    private static final class Channels {
        private static final ConcurrentHashMap<ProcessMember, ManagedChannel> OPEN = new ConcurrentHashMap<>();

        static ManagedChannel of(ProcessMember member) {
            return OPEN.computeIfAbsent(member, ProcessMember::channel);
        }
    }
}
