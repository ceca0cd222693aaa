package io.metastore.server.audit;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.metastore.server.config.AuditConfig;
import io.metastore.server.files.RotatingFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line of JSON for each request, in a file, written by a thread of its own. Who serves a request hands over a record and
 * goes on: what does not fit, or cannot be written, is lost and counted, and a line tells how much when the log goes on.
 *
 * <p>Nothing is synced: what the machine had not written when its power went is not there.
 */
public final class AuditLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
    private static final int MAX_RECORDS = 1 << 14;
    private static final long MAX_HELD_BYTES = 16 << 20;
    private static final int CHUNK_BYTES = 64 << 10;
    /** Waking the writer would cost a request more than it takes to make a record. */
    private static final long POLL_NANOS = Duration.ofMillis(10).toNanos();

    private static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long CLOSE_MILLIS = 2_000;

    private final Target target;
    private final InstantSource clock;
    private final AuditRing ring = new AuditRing(MAX_RECORDS, MAX_HELD_BYTES);
    private final LongAdder lost = new LongAdder();
    private final LongAdder written = new LongAdder();
    private final Thread thread;
    private volatile boolean stopping;
    private volatile @Nullable IOException failure;

    // Of the writer's thread.
    private final LineBuffer buffer = new LineBuffer();
    private final AuditLine lines = new AuditLine(buffer);
    private @Nullable OutputStream out;
    private boolean mayHaveHalfALine;
    private long toldLost;
    private long retryAt;

    // Of the thread that reports.
    private long reportedLost;

    /** Where lines go; opened by the writer's thread, again after each failure. */
    interface Target {
        OutputStream open() throws IOException;
    }

    AuditLog(Target target, InstantSource clock, ThreadFactory threads) {
        this.target = target;
        this.clock = clock;
        this.thread = threads.newThread(this::run);
    }

    /**
     * Begins to write.
     *
     * @throws IOException if the file cannot be written, or not be set aside when it is full
     */
    public static AuditLog start(AuditConfig config, ThreadFactory threads) throws IOException {
        Path file = config.file().toAbsolutePath();
        AuditLog log = new AuditLog(() -> RotatingFile.open(file, config.rotation()), InstantSource.system(), threads);
        log.out = openFirst(file, config);
        log.thread.start();
        return log;
    }

    private static OutputStream openFirst(Path file, AuditConfig config) throws IOException {
        Path directory = file.getParent();
        if (Files.isRegularFile(file) && (directory == null || !Files.isWritable(directory))) {
            throw new IOException(
                    "--audit-log: %s could not be set aside: its directory cannot be written".formatted(file));
        }
        try {
            return RotatingFile.open(file, config.rotation());
        } catch (IOException failure) {
            throw new IOException("--audit-log: %s cannot be written: %s".formatted(file, failure), failure);
        }
    }

    /** For tests: as {@link #start}, for what is made by the constructor. */
    AuditLog start() {
        thread.start();
        return this;
    }

    /**
     * A call that begins now.
     *
     * @param certificate the common name in the certificate that the connection was verified by, null if there is none
     */
    public AuditRecord begin(String method, Attributes connection, Metadata headers, @Nullable String certificate) {
        return new AuditRecord(this, method, Origin.of(connection, headers, certificate), System.nanoTime());
    }

    /** Any thread; never waits. */
    void offer(AuditRecord record) {
        if (!ring.offer(record)) {
            lost.increment();
        }
    }

    /** Lines that did not fit, or could not be written. */
    public long lostLines() {
        return lost.sum();
    }

    public long writtenLines() {
        return written.sum();
    }

    /** Says in the server's log if lines were lost since it was last called; to be called once a minute, by one thread. */
    public void report() {
        long now = lost.sum();
        if (now > reportedLost) {
            LOG.warn("audit log loses lines lost={} total={}", now - reportedLost, now, failure);
            reportedLost = now;
            failure = null;
        }
    }

    private void run() {
        while (!stopping) {
            if (isPausing() || !writeSome()) {
                LockSupport.parkNanos(POLL_NANOS);
            }
        }
        while (!isPausing() && writeSome()) {}
        closeTarget();
    }

    /** After a failure the writer waits before it tries again; what comes meanwhile waits in the ring while it fits. */
    private boolean isPausing() {
        return retryAt != 0 && System.nanoTime() - retryAt < 0;
    }

    /** False if there was nothing to write. */
    private boolean writeSome() {
        buffer.truncate(0);
        if (mayHaveHalfALine) {
            buffer.raw("\n");
        }
        long nanosNow = System.nanoTime();
        long microsNow = micros(clock.instant());
        long lostNow = lost.sum();
        if (lostNow > toldLost) {
            lines.lost(lostNow - toldLost, microsNow);
        }
        int count = 0;
        int attempted = 0;
        while (buffer.size() < CHUNK_BYTES) {
            AuditRecord record = ring.poll();
            if (record == null) {
                break;
            }
            attempted++;
            int before = buffer.size();
            try {
                lines.write(record, microsNow - TimeUnit.NANOSECONDS.toMicros(nanosNow - record.startNanos));
                count++;
            } catch (RuntimeException unwritable) {
                buffer.truncate(before);
                lost.increment();
                LOG.debug("audit record of {} cannot be written", record.method, unwritable);
            }
        }
        if (attempted == 0 && lostNow == toldLost) {
            return false;
        }
        write(count, lostNow);
        return true;
    }

    private void write(int count, long lostNow) {
        try {
            OutputStream file = out;
            if (file == null) {
                file = target.open();
                out = file;
            }
            file.write(buffer.array(), 0, buffer.size());
            file.flush();
            toldLost = lostNow;
            written.add(count);
            mayHaveHalfALine = false;
            retryAt = 0;
        } catch (IOException | RuntimeException failed) {
            failure = failed instanceof IOException io ? io : new IOException(failed);
            lost.add(count);
            mayHaveHalfALine = out != null || mayHaveHalfALine;
            retryAt = System.nanoTime() + RETRY_NANOS;
            closeTarget();
        }
    }

    private static long micros(Instant instant) {
        return TimeUnit.SECONDS.toMicros(instant.getEpochSecond()) + TimeUnit.NANOSECONDS.toMicros(instant.getNano());
    }

    private void closeTarget() {
        try {
            if (out != null) {
                out.close();
            }
        } catch (IOException failed) {
            LOG.debug("audit log not closed", failed);
        }
        out = null;
    }

    /** Writes what is there; a disk that does not take it is not waited for longer than two seconds. */
    @Override
    public void close() {
        stopping = true;
        LockSupport.unpark(thread);
        try {
            thread.join(CLOSE_MILLIS);
            if (thread.isAlive()) {
                thread.interrupt();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
