package io.metastore.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.server.tls.TestCa;
import io.metastore.server.tls.TestCa.Issued;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three members, each a process, that speak TLS with each other. */
@Timeout(120)
class PeerTlsIT {
    private static final Duration BOUND = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    @Test
    void membersThatKnowEachOtherByCertificatesSurviveTheLossOfOne() throws Exception {
        TestCa ca = new TestCa(directory, "peers");
        Issued shown = ca.issue("member");
        try (ProcessCluster cluster = started(
                "--peer-cert-file=" + shown.certificate(),
                "--peer-key-file=" + shown.key(),
                "--peer-trusted-ca-file=" + ca.certificate(),
                "--peer-client-cert-auth")) {
            eachWritesAndAllRead(cluster);

            ProcessMember lost = cluster.member(0);
            lost.kill();
            Eventually.answer(BOUND, () -> put(cluster.member(1), "after"));
            lost.start();

            assertThat(value(lost, "after")).isEqualTo("v");
        }
    }

    private ProcessCluster started(String... flags) {
        Program program = Binaries.metastore().withEnvironment("METASTORE_HEAP", "160m");
        return ProcessCluster.securedForPeers(program.withFlags(flags), directory, 3)
                .start();
    }

    private static void eachWritesAndAllRead(ProcessCluster cluster) {
        assertThat(cluster.member(0).peerUrl()).startsWith("https://");
        for (ProcessMember writer : cluster.members()) {
            put(writer, "of-" + writer.memberName());
            for (ProcessMember reader : cluster.members()) {
                assertThat(value(reader, "of-" + writer.memberName())).isEqualTo("v");
            }
        }
    }

    private static boolean put(ProcessMember member, String key) {
        return with(member, kv -> {
            kv.put(PutRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8(key))
                    .setValue(ByteString.copyFromUtf8("v"))
                    .build());
            return true;
        });
    }

    /** By a linearizable read. */
    private static String value(ProcessMember member, String key) {
        return with(member, kv -> kv.range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .build())
                .getKvs(0)
                .getValue()
                .toStringUtf8());
    }

    private static <T> T with(ProcessMember member, Function<KVGrpc.KVBlockingStub, T> call) {
        ManagedChannel channel = member.channel();
        try {
            return call.apply(KVGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS));
        } finally {
            channel.shutdownNow();
        }
    }
}
