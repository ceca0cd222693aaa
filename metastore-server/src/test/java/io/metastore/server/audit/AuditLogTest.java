package io.metastore.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.server.config.AuditConfig;
import io.metastore.server.config.LogRotation;
import io.metastore.server.process.Eventually;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of lines when their disk does not take them. */
@Timeout(60)
class AuditLogTest {
    private static final int MORE_THAN_FIT = 200_000;
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
        put(log, PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build());
    }

    private static void put(AuditLog log, PutRequest request) {
        log.begin("etcdserverpb.KV/Put", Origin.ofConnection(null, null))
                .request(request)
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
    void noRequestIsHeldForItsLine() throws Exception {
        BlockedDisk disk = new BlockedDisk();
        try (AuditLog log = log(() -> disk)) {
            put(log, "first");
            disk.reached.await();
            WeakReference<PutRequest> large = putLarge(log);
            Eventually.await(PATIENCE, () -> "the request is let go", () -> {
                System.gc();
                return large.get() == null;
            });
            disk.free.countDown();
            Eventually.await(PATIENCE, () -> "its line is written", () -> log.writtenLines() == 2);
        }
    }

    private static WeakReference<PutRequest> putLarge(AuditLog log) {
        PutRequest large = PutRequest.newBuilder()
                .setValue(ByteString.copyFrom(new byte[1 << 20]))
                .build();
        put(log, large);
        return new WeakReference<>(large);
    }

    @Test
    void longLinesAreNotHeldWithoutABound() throws Exception {
        ByteString key = ByteString.copyFrom(new byte[RequestDetail.MAX_KEY_BYTES]);
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int i = 0; i < RequestDetail.MAX_RANGES; i++) {
            txn.addCompare(Compare.newBuilder().setKey(key));
        }
        TxnRequest large = txn.build();
        BlockedDisk disk = new BlockedDisk();
        int count = 100;
        try (AuditLog log = log(() -> disk)) {
            put(log, "first");
            disk.reached.await();
            for (int i = 0; i < count; i++) {
                log.begin("etcdserverpb.KV/Txn", Origin.ofConnection(null, null))
                        .request(large)
                        .end(Status.Code.OK);
            }
            long lost = log.lostLines();
            assertThat(lost).isGreaterThan(80).isLessThan(count);
            put(log, "short");
            assertThat(log.lostLines()).as("there is room for a short line").isEqualTo(lost);

            disk.free.countDown();
            Eventually.await(PATIENCE, () -> "the rest is written", () -> log.writtenLines() == count + 2 - lost);
            put(log, "last");
            Eventually.await(PATIENCE, () -> "it goes on", () -> log.writtenLines() == count + 3 - lost);
        }
        assertThat(disk.taken().lines()).allMatch(line -> line.startsWith("{\"time\":\"") && line.endsWith("}"));
    }

    @Test
    void linesOfManyThreadsAreAllThereAndWhole() throws Exception {
        Path file = directory.resolve("audit.log");
        int writers = 24;
        int each = 5_000;
        try (AuditLog log = log(file, 1 << 30, 0)) {
            List<Thread> all = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                int number = writer;
                all.add(new Thread(() -> {
                    for (int i = 0; i < each; i++) {
                        put(log, number + "-" + i);
                    }
                }));
            }
            all.forEach(Thread::start);
            for (Thread thread : all) {
                thread.join();
            }
            assertThat(log.lostLines()).isZero();
        }
        Pattern line = Pattern.compile("\\{\"time\":\"[^\"]+\",\"user\":\"\",\"remote\":\"\","
                + "\"method\":\"etcdserverpb.KV/Put\",\"keys\":\\[\\{\"key\":\"(\\d+-\\d+)\"}],"
                + "\"revision\":0,\"micros\":\\d+,\"code\":\"OK\"}");
        Set<String> keys = new HashSet<>();
        for (String written : Files.readAllLines(file)) {
            Matcher matcher = line.matcher(written);
            assertThat(matcher.matches()).as(written).isTrue();
            assertThat(keys.add(matcher.group(1))).as(written).isTrue();
        }
        assertThat(keys).hasSize(writers * each);
    }

    @Test
    void linesOfAThreadAreInOrder() throws Exception {
        Path file = directory.resolve("audit.log");
        int lines = 100_000;
        try (AuditLog log = log(file, 1 << 30, 0)) {
            for (int i = 0; i < lines; i++) {
                put(log, "k" + i);
            }
            assertThat(log.lostLines()).isZero();
        }
        List<String> written = Files.readAllLines(file);
        assertThat(written).hasSize(lines);
        for (int i = 0; i < lines; i++) {
            assertThat(written.get(i)).contains("\"key\":\"k" + i + "\"");
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
