package io.metastore.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What tools that start, stop and freeze an etcd expect of the command that they start. */
@Tag("compat")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class LauncherIT {

    private static final Duration STOP_BOUND = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    @Test
    void becomesTheServerSoThatSignalsReachIt() {
        try (ProcessMember member = start()) {
            assertThat(ProcessHandle.of(member.pid()).orElseThrow().descendants())
                    .isEmpty();
        }
    }

    @Test
    void stopsWhenAskedToAndComesBackWithEverything() {
        try (ProcessMember member = start()) {
            put(member, "k", "v");
            long asked = System.nanoTime();

            member.stop();

            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(STOP_BOUND);
            member.start();
            assertThat(get(member, "k")).isEqualTo("v");
        }
    }

    @Test
    void goesOnAfterItWasFrozen() {
        try (ProcessMember member = start()) {
            put(member, "k", "before");
            member.pause();
            member.resume();

            put(member, "k", "after");

            assertThat(get(member, "k")).isEqualTo("after");
        }
    }

    @Test
    void tellsItsVersionAsEtcdDoes() throws IOException {
        Process process = new ProcessBuilder(Binaries.metastore().command().get(0), "--version").start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(output.lines().findFirst().orElse("")).matches("etcd Version: 3\\.7\\.\\d+");
    }

    @Test
    void readsWhatIsNotAsciiAlsoWhereNoLocaleIsSet() throws IOException {
        // printf makes the bytes: what this JVM would make of the letter depends on its own locale.
        ProcessBuilder shell = new ProcessBuilder(
                "sh",
                "-c",
                "exec \"$0\" \"--warning-apply-duration=1$(printf '\\302\\265')x\" 2>&1",
                Binaries.metastore().command().get(0));
        shell.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
        String output = new String(shell.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(output).contains("invalid value \"1\u00b5x\" for flag -warning-apply-duration: parse error");
    }

    @Test
    void refusesAFlagThatItDoesNotKnow() {
        Program program = Binaries.metastore().withFlags("--no-such-flag=1");
        try (ProcessMember member = new ProcessMember(program, directory.resolve("data"))) {
            assertThat(member.startRefused()).contains("no-such-flag");
        }
    }

    @Test
    void leavesNothingBehindInTheTemporaryDirectoryWhenKilled() throws IOException {
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        Program program = Binaries.metastore().withEnvironment("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary);
        try (ProcessMember member = new ProcessMember(program, directory.resolve("data")).start()) {
            for (int i = 0; i < 3; i++) {
                put(member, "k", "v");
                member.kill();
                member.start();
            }
            try (var left = Files.list(temporary)) {
                List<String> names = left.map(path -> path.getFileName().toString())
                        .filter(name -> !name.startsWith("hsperfdata"))
                        .toList();
                assertThat(names).isEmpty();
            }
        }
    }

    @Test
    void takesTheHeapThatItIsGiven() {
        assertThat(heapBytes("METASTORE_JAVA_OPTS", "-Xmx500m")).isBetween(400L << 20, 500L << 20);
        assertThat(heapBytes("METASTORE_HEAP", "200m")).isBetween(150L << 20, 200L << 20);
    }

    private long heapBytes(String variable, String value) {
        Program program = Binaries.metastore().withEnvironment(variable, value);
        try (ProcessMember member = new ProcessMember(program, directory.resolve(variable)).start()) {
            Matcher told = Pattern.compile("heapBytes\":(\\d+)").matcher(member.log());
            assertThat(told.find()).isTrue();
            return Long.parseLong(told.group(1));
        }
    }

    private ProcessMember start() {
        return new ProcessMember(Binaries.metastore(), directory.resolve("data")).start();
    }

    private static void put(ProcessMember member, String key, String value) {
        ManagedChannel channel = member.channel();
        KVGrpc.newBlockingStub(channel)
                .withWaitForReady()
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFromUtf8(value))
                        .build());
        channel.shutdownNow();
    }

    private static String get(ProcessMember member, String key) {
        ManagedChannel channel = member.channel();
        String value = KVGrpc.newBlockingStub(channel)
                .withWaitForReady()
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .build())
                .getKvs(0)
                .getValue()
                .toStringUtf8();
        channel.shutdownNow();
        return value;
    }
}
