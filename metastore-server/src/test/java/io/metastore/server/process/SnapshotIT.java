package io.metastore.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.metastore.api.rpc.AuthEnableRequest;
import io.metastore.api.rpc.AuthGrpc;
import io.metastore.api.rpc.AuthRoleAddRequest;
import io.metastore.api.rpc.AuthRoleGetRequest;
import io.metastore.api.rpc.AuthRoleGrantPermissionRequest;
import io.metastore.api.rpc.AuthStatusRequest;
import io.metastore.api.rpc.AuthUserAddRequest;
import io.metastore.api.rpc.AuthUserGrantRoleRequest;
import io.metastore.api.rpc.AuthUserListRequest;
import io.metastore.api.rpc.AuthenticateRequest;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.HashKVRequest;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LeaseTimeToLiveRequest;
import io.metastore.api.rpc.LeaseTimeToLiveResponse;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.Permission;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A snapshot of either server, restored by either one's tool, is the same store. */
@Tag("compat")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class SnapshotIT {
    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);
    private static final long LEASE = 77;
    private static final long COMPACTED = 20;

    @TempDir
    Path directory;

    /** What one run printed and how it ended. */
    private record Run(int exitCode, String out, String err) {
        /** The last line, which says what is wrong. */
        String error() {
            return err.lines()
                    .filter(line -> line.startsWith("Error: "))
                    .findFirst()
                    .orElse("no error: " + err);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"etcd", "metastore"})
    void isTheSameStoreWhereverItComesFromAndGoesTo(String source) throws Exception {
        Path snapshot = directory.resolve("snapshot.db");
        List<String> before;
        try (ProcessMember member = member(program(source), "source").start()) {
            fill(member);
            before = contents(member);
            Run saved = run(
                    Binaries.etcdctl(),
                    "--endpoints=" + member.endpoint(),
                    "--user=root:secret",
                    "snapshot",
                    "save",
                    snapshot.toString());
            assertThat(saved.exitCode()).as(saved.err()).isZero();
            assertThat(saved.out()).contains("Server version 3.7.0");
        }
        for (String format : List.of("json", "table")) {
            Run etcds = run(Binaries.etcdutl(), "snapshot", "status", snapshot.toString(), "-w", format);
            Run ours = run(launcher(), "snapshot", "status", snapshot.toString(), "-w", format);
            assertThat(etcds.exitCode()).as(etcds.err()).isZero();
            assertThat(ours.out()).isEqualTo(etcds.out());
        }
        for (String target : List.of("etcd", "metastore")) {
            try (ProcessMember member = member(program(target), "in-" + target)) {
                Run restored = restore(target, member, snapshot);
                assertThat(restored.exitCode()).as(restored.err()).isZero();

                member.start();

                assertThat(contents(member)).as("from %s to %s", source, target).isEqualTo(before);
                if (target.equals("metastore")) {
                    put(member, "later");
                    member.kill();
                    member.start();
                    assertThat(revision(member)).as("after a restart").isEqualTo(revisionOf(before) + 1);
                }
            }
        }
    }

    @Test
    void aFileCopiedFromAnEtcdsDirectoryIsRestoredWithoutItsChecksum() throws Exception {
        Path copy = directory.resolve("copy.db");
        List<String> before;
        try (ProcessMember member = member(Binaries.etcd(), "source").start()) {
            fill(member);
            before = contents(member);
            member.stop();
            Files.copy(member.dataDir().resolve("member/snap/db"), copy);
        }
        try (ProcessMember member = member(Binaries.metastore(), "restored")) {
            assertThat(restore("metastore", member, copy).error())
                    .isEqualTo("Error: snapshot missing hash but --skip-hash-check=false");
            assertThat(restore("metastore", member, copy, "--skip-hash-check").exitCode())
                    .isZero();

            member.start();

            assertThat(contents(member)).isEqualTo(before);
        }
    }

    @Test
    void refusesInEtcdutlsWords() throws Exception {
        Path good = directory.resolve("good.db");
        try (ProcessMember member = member(Binaries.metastore(), "source").start()) {
            put(member, "a");
            run(Binaries.etcdctl(), "--endpoints=" + member.endpoint(), "snapshot", "save", good.toString());
        }
        byte[] bytes = Files.readAllBytes(good);
        bytes[bytes.length / 2] ^= 1;
        Path changed = Files.write(directory.resolve("changed.db"), bytes);
        Path noise = Files.write(directory.resolve("noise.db"), new byte[8192 + 32]);
        Path full = Files.createDirectories(directory.resolve("full"));
        Files.writeString(full.resolve("something"), "");
        Path free = directory.resolve("free");

        for (List<String> arguments : List.of(
                List.of("restore", changed.toString(), "--data-dir=" + free),
                List.of("restore", good.toString(), "--data-dir=" + full),
                List.of("restore", directory.resolve("absent").toString(), "--data-dir=" + free),
                List.of("restore", good.toString(), "--data-dir=" + free, "--initial-cluster=a=http://1.2.3.4:5"),
                List.of("status", noise.toString()))) {
            List<String> command = new ArrayList<>(List.of("snapshot"));
            command.addAll(arguments);
            String[] all = command.toArray(String[]::new);
            Run etcds = run(Binaries.etcdutl(), all);
            run(Path.of("/bin/rm"), "-rf", free.toString()); // etcdutl leaves what it has begun
            Run ours = run(launcher(), all);
            assertThat(ours.error()).as("%s", arguments).isEqualTo(etcds.error());
            assertThat(ours.exitCode()).as("%s", arguments).isEqualTo(etcds.exitCode());
            assertThat(free).doesNotExist();
        }
    }

    // What is in a store

    private static void fill(ProcessMember member) throws Exception {
        ManagedChannel channel = member.channel();
        try {
            KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);
            LeaseGrpc.newBlockingStub(channel)
                    .leaseGrant(LeaseGrantRequest.newBuilder()
                            .setID(LEASE)
                            .setTTL(5000)
                            .build());
            Random random = new Random(1);
            for (int i = 0; i < 150; i++) {
                byte[] value = new byte[random.nextInt(20) == 0 ? 20_000 : 50];
                random.nextBytes(value);
                ByteString key = text("k" + random.nextInt(50));
                if (random.nextInt(4) == 0) {
                    kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(key).build());
                } else {
                    kv.put(PutRequest.newBuilder()
                            .setKey(key)
                            .setValue(ByteString.copyFrom(value))
                            .setLease(random.nextInt(3) == 0 ? LEASE : 0)
                            .build());
                }
            }
            kv.compact(CompactionRequest.newBuilder()
                    .setRevision(COMPACTED)
                    .setPhysical(true)
                    .build());
            AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(channel);
            for (String name : List.of("root", "reader")) {
                auth.roleAdd(AuthRoleAddRequest.newBuilder().setName(name).build());
                auth.userAdd(AuthUserAddRequest.newBuilder()
                        .setName(name)
                        .setPassword("secret")
                        .build());
                auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                        .setUser(name)
                        .setRole(name)
                        .build());
            }
            auth.roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder()
                    .setName("reader")
                    .setPerm(Permission.newBuilder()
                            .setKey(text("k"))
                            .setRangeEnd(text("l"))
                            .setPermType(Permission.Type.READ))
                    .build());
            auth.authEnable(AuthEnableRequest.getDefaultInstance());
        } finally {
            channel.shutdownNow();
        }
    }

    /** Everything a client can see but ids and the time left; the first line is the revision. */
    private static List<String> contents(ProcessMember member) {
        ManagedChannel channel = member.channel();
        try {
            Channel asRoot = as("root", channel);
            KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(asRoot);
            RangeRequest all =
                    RangeRequest.newBuilder().setKey(ZERO).setRangeEnd(ZERO).build();
            long revision = kv.range(all).getHeader().getRevision();
            List<String> lines = new ArrayList<>(List.of(Long.toString(revision)));
            for (long at = COMPACTED; at <= revision; at++) {
                lines.add(at + ": "
                        + kv.range(all.toBuilder().setRevision(at).build())
                                .getKvsList()
                                .hashCode());
            }
            MaintenanceGrpc.MaintenanceBlockingStub maintenance = MaintenanceGrpc.newBlockingStub(asRoot);
            var hash = maintenance.hashKV(HashKVRequest.getDefaultInstance());
            lines.add("hash %d at %d compacted %d"
                    .formatted(hash.getHash(), hash.getHashRevision(), hash.getCompactRevision()));
            LeaseTimeToLiveResponse lease = LeaseGrpc.newBlockingStub(asRoot)
                    .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                            .setID(LEASE)
                            .setKeys(true)
                            .build());
            lines.add("lease %d %s"
                    .formatted(
                            lease.getGrantedTTL(),
                            lease.getKeysList().stream()
                                    .map(ByteString::toStringUtf8)
                                    .sorted()
                                    .toList()));
            AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(asRoot);
            lines.add("users "
                    + auth.userList(AuthUserListRequest.getDefaultInstance()).getUsersList());
            lines.add("role "
                    + auth.roleGet(AuthRoleGetRequest.newBuilder()
                                    .setRole("reader")
                                    .build())
                            .getPermList());
            var status = auth.authStatus(AuthStatusRequest.getDefaultInstance());
            lines.add("auth %s %d".formatted(status.getEnabled(), status.getAuthRevision()));
            lines.add("reader "
                    + KVGrpc.newBlockingStub(as("reader", channel))
                            .range(RangeRequest.newBuilder().setKey(text("k1")).build())
                            .getKvsList()
                            .hashCode());
            return lines;
        } finally {
            channel.shutdownNow();
        }
    }

    private static Channel as(String user, ManagedChannel channel) {
        String token = AuthGrpc.newBlockingStub(channel)
                .authenticate(AuthenticateRequest.newBuilder()
                        .setName(user)
                        .setPassword("secret")
                        .build())
                .getToken();
        Metadata headers = new Metadata();
        headers.put(TOKEN, token);
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static long revisionOf(List<String> contents) {
        return Long.parseLong(contents.get(0));
    }

    private static void put(ProcessMember member, String key) {
        withKv(member, kv -> kv.put(PutRequest.newBuilder().setKey(text(key)).build())
                .getHeader()
                .getRevision());
    }

    private static long revision(ProcessMember member) {
        return withKv(member, kv -> kv.range(
                        RangeRequest.newBuilder().setKey(text("k")).build())
                .getHeader()
                .getRevision());
    }

    private interface Call {
        long on(KVGrpc.KVBlockingStub kv);
    }

    /** As root where auth is on. */
    private static long withKv(ProcessMember member, Call call) {
        ManagedChannel channel = member.channel();
        try {
            boolean needsToken = AuthGrpc.newBlockingStub(channel)
                    .authStatus(AuthStatusRequest.getDefaultInstance())
                    .getEnabled();
            return call.on(KVGrpc.newBlockingStub(needsToken ? as("root", channel) : channel));
        } finally {
            channel.shutdownNow();
        }
    }

    private static ByteString text(String text) {
        return ByteString.copyFromUtf8(text);
    }

    // Programs

    private ProcessMember member(Program program, String name) {
        return new ProcessMember(program, directory.resolve(name));
    }

    private static Program program(String name) {
        return name.equals("etcd") ? Binaries.etcd() : Binaries.metastore();
    }

    private static Path launcher() {
        return Path.of(Binaries.metastore().command().get(0));
    }

    private Run restore(String tool, ProcessMember target, Path snapshot, String... flags) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "snapshot",
                "restore",
                snapshot.toString(),
                "--data-dir=" + target.dataDir(),
                "--name=m1",
                "--initial-cluster=m1=" + target.peerUrl(),
                "--initial-advertise-peer-urls=" + target.peerUrl()));
        arguments.addAll(List.of(flags));
        return run(tool.equals("etcd") ? Binaries.etcdutl() : launcher(), arguments.toArray(String[]::new));
    }

    private Run run(Path program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(directory, "run", ".out");
        Path err = Files.createTempFile(directory, "run", ".err");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s ends", command).isTrue();
        return new Run(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }
}
