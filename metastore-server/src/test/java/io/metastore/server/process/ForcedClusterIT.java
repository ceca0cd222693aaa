package io.metastore.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.metastore.api.rpc.ClusterGrpc;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.Member;
import io.metastore.api.rpc.MemberAddRequest;
import io.metastore.api.rpc.MemberListRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two of three members are gone for good; the third goes on alone. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ForcedClusterIT {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final int KEYS = 50;

    @TempDir
    Path directory;

    @Test
    void oneOfThreeGoesOnAloneWithItsData() throws Exception {
        Program program = program();
        try (ProcessCluster cluster = new ProcessCluster(program, directory, 3).start()) {
            for (int i = 0; i < KEYS; i++) {
                put(cluster.member(i % 3), "k" + i);
            }
            ProcessMember survivor = cluster.member(2);
            Eventually.await(BOUND, () -> "all is at the survivor", () -> keys(survivor, true) == KEYS);
            long id = members(survivor).stream()
                    .filter(member -> member.getName().equals(survivor.memberName()))
                    .findFirst()
                    .orElseThrow()
                    .getID();
            cluster.members().forEach(ProcessMember::kill);

            survivor.runBy(program.withFlags("--force-new-cluster")).start();
            assertThat(keys(survivor, false)).isEqualTo(KEYS);
            assertThat(members(survivor)).extracting(Member::getID).containsExactly(id);
            put(survivor, "later");

            survivor.kill();
            survivor.runBy(program).start();
            assertThat(keys(survivor, false)).isEqualTo(KEYS + 1);
            assertThat(members(survivor)).extracting(Member::getID).containsExactly(id);
            put(survivor, "last");
        }
    }

    @Test
    void otherMembersAreAddedToItLater() throws Exception {
        Program program = program();
        try (ProcessCluster cluster = new ProcessCluster(program, directory, 3).start()) {
            put(cluster.member(0), "a");
            ProcessMember survivor = cluster.member(1);
            Eventually.await(BOUND, () -> "all is at the survivor", () -> keys(survivor, true) == 1);
            cluster.members().forEach(ProcessMember::kill);
            survivor.runBy(program.withFlags("--force-new-cluster")).start();
            try (ProcessMember added = new ProcessMember(program, directory.resolve("new")).named("new")) {
                ask(survivor, channel -> ClusterGrpc.newBlockingStub(channel)
                        .memberAdd(MemberAddRequest.newBuilder()
                                .addPeerURLs(added.peerUrl())
                                .build()));
                String founders = "%s=%s,new=%s".formatted(survivor.memberName(), survivor.peerUrl(), added.peerUrl());
                added.inCluster(founders, "existing").start();

                put(added, "b");

                assertThat(keys(added, false)).isEqualTo(2);
                assertThat(members(added)).hasSize(2);
            }
        }
    }

    @Test
    void aMemberWithoutDataStartsAsEver() throws Exception {
        Program program = program().withFlags("--force-new-cluster");
        try (ProcessMember member = new ProcessMember(program, directory.resolve("m")).start()) {
            put(member, "a");
            assertThat(members(member)).hasSize(1);
        }
    }

    private static Program program() {
        return Binaries.metastore().withEnvironment("METASTORE_HEAP", "160m");
    }

    private static void put(ProcessMember member, String key) {
        ask(member, channel -> KVGrpc.newBlockingStub(channel)
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .build()));
    }

    private static long keys(ProcessMember member, boolean serializable) {
        ByteString all = ByteString.copyFrom(new byte[1]);
        return ask(member, channel -> KVGrpc.newBlockingStub(channel)
                .range(RangeRequest.newBuilder()
                        .setKey(all)
                        .setRangeEnd(all)
                        .setCountOnly(true)
                        .setSerializable(serializable)
                        .build())
                .getCount());
    }

    private static List<Member> members(ProcessMember member) {
        return ask(member, channel -> ClusterGrpc.newBlockingStub(channel)
                .memberList(MemberListRequest.getDefaultInstance())
                .getMembersList());
    }

    private static <T> T ask(ProcessMember member, Function<ManagedChannel, T> question) {
        ManagedChannel channel = member.channel();
        try {
            return question.apply(channel);
        } finally {
            channel.shutdownNow();
        }
    }
}
