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
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A member whose log is damaged while it is down does not start: it would have to forget what it acknowledged. It says what is
 * wrong, and with the log as it was it starts and has everything. One that finds its state damaged while it serves stops.
 */
@Tag("compat")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DamageIT {

    private static final int WRITES = 300;
    private static final int EXIT_FATAL = 3;
    private static final int SMALL_CACHE_BYTES = 8 << 20;
    private static final int LARGE_VALUE_BYTES = 4000;
    private static final String MIDDLE = text(WRITES / 2);

    @TempDir
    Path directory;

    private ProcessMember member;

    @BeforeEach
    void writeAndKill() {
        member = new ProcessMember(Binaries.metastore(), directory.resolve("data")).start();
        ManagedChannel channel = member.channel();
        for (int i = 0; i < WRITES; i++) {
            KVGrpc.newBlockingStub(channel)
                    .withWaitForReady()
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .put(PutRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8("k" + i))
                            .setValue(ByteString.copyFromUtf8(text(i)))
                            .build());
        }
        channel.shutdownNow();
        member.kill();
    }

    @AfterEach
    void end() {
        if (member != null) {
            member.close();
        }
    }

    @Test
    void refusesALogWithAFlippedByteInTheMiddle() throws IOException {
        refusedAfter(() -> {
            Place middle = middle();
            try (RandomAccessFile file = new RandomAccessFile(middle.file().toFile(), "rw")) {
                file.seek(middle.offset());
                int before = file.read();
                file.seek(middle.offset());
                file.write(before ^ 0x10);
            }
        });
    }

    @Test
    void refusesALogThatIsCutInTheMiddle() throws IOException {
        refusedAfter(() -> {
            Place middle = middle();
            try (RandomAccessFile file = new RandomAccessFile(middle.file().toFile(), "rw")) {
                file.setLength(middle.offset());
            }
        });
    }

    /** As a copy or a repair that fills up with zeros would leave it: of the right length, and empty from the middle on. */
    @Test
    void refusesALogWhoseSecondHalfIsBlank() throws IOException {
        refusedAfter(() -> {
            Place middle = middle();
            try (RandomAccessFile file = new RandomAccessFile(middle.file().toFile(), "rw")) {
                long length = file.length();
                file.setLength(middle.offset());
                file.setLength(length);
            }
        });
    }

    @Test
    void refusesWhereTheFileWithTheEntriesIsGone() throws IOException {
        refusedAfter(() -> Files.delete(middle().file()));
    }

    @Test
    void refusesWhereTheLogIsGone() throws IOException {
        refusedAfter(() -> delete(log()));
    }

    /** It must not go on with a state of which it knows that it cannot all be read. */
    @Test
    void stopsWhenAReadMeetsDamageInTheState() throws IOException {
        member.runBy(Binaries.metastore().withFlags("--storage-cache-bytes=" + SMALL_CACHE_BYTES));
        member.start();
        ManagedChannel channel = member.channel();
        writeMoreThanIsKeptInMemory(channel);
        member.stop();
        member.start();
        for (Path file : files(member.dataDir().resolve("member/state"))) {
            if (file.toString().endsWith(".sst")) {
                flipThroughout(file);
            }
        }
        Eventually.await(Duration.ofSeconds(30), () -> "the member ends by itself", () -> {
            if (member.isAlive()) {
                askForAllVersions(channel);
            }
            return !member.isAlive();
        });
        channel.shutdownNow();

        assertThat(member.exitCode()).isEqualTo(EXIT_FATAL);
        assertThat(member.logOfThisStart()).contains("the state is damaged").containsIgnoringCase("corruption");
    }

    private static void writeMoreThanIsKeptInMemory(ManagedChannel channel) {
        byte[] incompressible = new byte[LARGE_VALUE_BYTES];
        Random random = new Random(1);
        for (int i = 0; i < 2 * SMALL_CACHE_BYTES / LARGE_VALUE_BYTES; i++) {
            random.nextBytes(incompressible);
            var unused = KVGrpc.newBlockingStub(channel)
                    .withWaitForReady()
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .put(PutRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8("large" + i))
                            .setValue(ByteString.copyFrom(incompressible))
                            .build());
        }
    }

    /** In the file as it is, which the member has open. */
    private static void flipThroughout(Path file) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            for (long at = 0; at < open.length() / 2; at += 64) {
                open.seek(at);
                int before = open.read();
                open.seek(at);
                open.write(before ^ 0x01);
            }
        }
    }

    private static void askForAllVersions(ManagedChannel channel) {
        try {
            var unused = MaintenanceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(5, TimeUnit.SECONDS)
                    .hashKV(HashKVRequest.getDefaultInstance());
        } catch (StatusRuntimeException refused) {
            // That is what the end begins with.
        }
    }

    @Test
    void refusesASecondProcessOnTheSameDirectory() {
        member.start();
        try (ProcessMember second =
                new ProcessMember(Binaries.metastore(), member.dataDir(), directory.resolve("second.log"))) {
            assertThat(second.startRefused()).contains("in use by another process");
        }
        assertEverythingIsThere();
    }

    private interface Damage {
        void inflict() throws IOException;
    }

    private void refusedAfter(Damage damage) throws IOException {
        Path sound = directory.resolve("sound");
        copy(member.dataDir(), sound);
        damage.inflict();

        String said = member.startRefused();

        String reason = said.lines().reduce((earlier, later) -> later).orElse("");
        System.out.println("refused: " + reason);
        assertThat(said).containsIgnoringCase("log").containsPattern("(?i)damage|corrupt|missing|shorter|ends at|lost");
        delete(member.dataDir());
        copy(sound, member.dataDir());
        member.start();
        assertEverythingIsThere();
    }

    private void assertEverythingIsThere() {
        ManagedChannel channel = member.channel();
        long count = KVGrpc.newBlockingStub(channel)
                .withWaitForReady()
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("k"))
                        .setRangeEnd(ByteString.copyFromUtf8("l"))
                        .build())
                .getCount();
        channel.shutdownNow();
        assertThat(count).isEqualTo(WRITES);
    }

    private record Place(Path file, long offset) {}

    /** Where the middle one of the writes stands in the log. */
    private Place middle() throws IOException {
        byte[] wanted = MIDDLE.getBytes(StandardCharsets.UTF_8);
        for (Path file : files(log())) {
            String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            int at = content.indexOf(new String(wanted, StandardCharsets.ISO_8859_1));
            if (at >= 0) {
                return new Place(file, at);
            }
        }
        throw new AssertionError("no file of %s holds the value of a write".formatted(log()));
    }

    private Path log() {
        return member.dataDir().resolve("member/raft/log");
    }

    private static String text(int number) {
        return "value %05d ".formatted(number) + "x".repeat(100);
    }

    private static List<Path> files(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Files.copy(each, to.resolve(from.relativize(each).toString()));
            }
        }
    }

    private static void delete(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            all.sorted(Comparator.reverseOrder()).forEach(each -> {
                try {
                    Files.delete(each);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
