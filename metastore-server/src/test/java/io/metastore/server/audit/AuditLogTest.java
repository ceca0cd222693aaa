package io.metastore.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.protobuf.ByteString;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.Status;
import io.metastore.api.rpc.PutRequest;
import io.metastore.server.config.AuditConfig;
import io.metastore.server.config.LogRotation;
import io.metastore.server.process.Eventually;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of lines when their disk does not take them. */
@Timeout(60)
class AuditLogTest {
    private static final int MORE_THAN_FIT = 40_000;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    private Thread thread(Runnable task) {
        Thread thread = new Thread(task, "audit");
        thread.setDaemon(true);
        threads.add(thread);
        return thread;
    }

    private AuditLog log(AuditLog.Target target) {
        return new AuditLog(target, InstantSource.system(), this::thread).start();
    }

    private AuditLog log(Path file, long maxBytes, int maxFiles) throws IOException {
        LogRotation rotation = new LogRotation(maxBytes, 0, maxFiles, false, false);
        return AuditLog.start(new AuditConfig(file, rotation), this::thread);
    }

    private static void put(AuditLog log, String key) {
        PutRequest request =
                PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
        log.begin("etcdserverpb.KV/Put", Attributes.EMPTY, new Metadata(), null)
                .request(request, request.getSerializedSize())
                .end(Status.Code.OK);
    }

    /** Takes nothing until it is told to. */
    private static final class BlockedDisk extends OutputStream {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch free = new CountDownLatch(1);
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            reached.countDown();
            try {
                free.await();
            } catch (InterruptedException interrupted) {
                throw new IOException(interrupted);
            }
            synchronized (taken) {
                taken.write(bytes, from, length);
            }
        }

        private String taken() {
            synchronized (taken) {
                return taken.toString(StandardCharsets.UTF_8);
            }
        }
    }

    @Test
    void aDiskThatBlocksLosesLinesAndHoldsUpNobody() throws Exception {
        BlockedDisk disk = new BlockedDisk();
        try (AuditLog log = log(() -> disk)) {
            put(log, "first");
            disk.reached.await();
            for (int i = 0; i < MORE_THAN_FIT; i++) {
                put(log, "k" + i); // returns, though nothing is written
            }
            long lost = log.lostLines();
            assertThat(lost).isPositive().isLessThan(MORE_THAN_FIT);

            disk.free.countDown();
            Eventually.await(
                    PATIENCE, () -> "the rest is written", () -> log.writtenLines() + lost == MORE_THAN_FIT + 1);
            assertThat(disk.taken()).contains("\"lost\":" + lost + "}");
            assertThat(log.lostLines()).isEqualTo(lost);
        }
    }

    @Test
    void largeRequestsAreNotHeldWithoutABound() throws Exception {
        BlockedDisk disk = new BlockedDisk();
        try (AuditLog log = log(() -> disk)) {
            put(log, "first");
            disk.reached.await();
            PutRequest large = PutRequest.newBuilder()
                    .setValue(ByteString.copyFrom(new byte[1 << 20]))
                    .build();
            for (int i = 0; i < 100; i++) {
                log.begin("etcdserverpb.KV/Put", Attributes.EMPTY, new Metadata(), null)
                        .request(large, large.getSerializedSize())
                        .end(Status.Code.OK);
            }

            assertThat(log.lostLines()).isGreaterThan(80);
            disk.free.countDown();
        }
    }

    @Test
    void aDiskThatFailsLosesWhatItWasGivenAndTheLogGoesOn() throws Exception {
        AtomicInteger opened = new AtomicInteger();
        ByteArrayOutputStream taken = new ByteArrayOutputStream();
        AuditLog log = log(() -> {
            if (opened.incrementAndGet() == 1) {
                throw new IOException("No space left on device");
            }
            return taken;
        });
        try (log) {
            put(log, "gone");
            Eventually.await(PATIENCE, () -> "the failure counts", () -> log.lostLines() == 1);
            put(log, "there");
            Eventually.await(PATIENCE, () -> "the log goes on", () -> log.writtenLines() == 1);
        }
        List<String> lines = taken.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).endsWith("\"lost\":1}");
        assertThat(lines.get(1)).contains("\"key\":\"there\"");
    }

    @Test
    void aPipeThatNobodyReadsHoldsUpNobody() throws Exception {
        Path pipe = directory.resolve("pipe");
        try {
            assumeThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                    .isZero();
        } catch (IOException noSuchProgram) {
            assumeThat(noSuchProgram).as("mkfifo").isNull();
        }
        try (AuditLog log = log(pipe, 4 << 10, 0)) {
            for (int i = 0; i < MORE_THAN_FIT; i++) {
                put(log, "k" + i);
            }
            assertThat(log.lostLines()).isPositive();

            try (BufferedReader reader = Files.newBufferedReader(pipe)) {
                assertThat(reader.readLine()).startsWith("{\"time\":").endsWith("}");
            }
            for (int i = 0; i < MORE_THAN_FIT; i++) {
                put(log, "again" + i);
            }
        }
        assertThat(directory).as("a pipe is not set aside").isDirectoryNotContaining("glob:**pipe-*");
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @Test
    void aFullFileIsSetAsideAndOldOnesGo() throws Exception {
        Path file = directory.resolve("audit.log");
        int lines = 2_000;
        try (AuditLog log = log(file, 4 << 10, 0)) {
            for (int i = 0; i < lines; i++) {
                put(log, "k" + i);
                if (i % 100 == 0) {
                    int upTo = i;
                    Eventually.await(PATIENCE, () -> "written", () -> log.writtenLines() > upTo);
                }
            }
        }
        List<String> all = new ArrayList<>();
        List<Path> files;
        try (Stream<Path> found = Files.list(directory)) {
            files = found.toList();
        }
        for (Path each : files) {
            all.addAll(Files.readAllLines(each));
        }
        assertThat(files).hasSizeGreaterThan(2).contains(file);
        assertThat(all).hasSize(lines).allMatch(line -> line.startsWith("{\"time\":\"") && line.endsWith("\"OK\"}"));
    }

    @Test
    void whereNoFileCanBeTheStartFails() {
        assertThatThrownBy(() -> log(directory, 1 << 20, 0)).hasMessageContaining("--audit-log");
        assertThatThrownBy(() -> log(directory.resolve("no/such"), 1 << 20, 0)).hasMessageContaining("--audit-log");
    }
}
