package io.metastore.server.audit;

import io.metastore.server.config.AuditConfig;
import io.metastore.server.files.RotatingFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line of JSON for each request, in a file, written by a thread of its own. Who serves a request makes its line, while all that
 * it tells is at hand, and goes on: what does not fit, or cannot be written, is lost and counted, and a line tells how much when
 * the log goes on.
 *
 * <p>Nothing is synced: what the machine had not written when its power went is not there.
 */
public final class AuditLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
    /** A third of a second's lines at 250,000 a second. */
    private static final long MAX_HELD_BYTES = 16 << 20;
    /** Waking the writer would cost a request more than it takes to make a line. */
    private static final long POLL_NANOS = Duration.ofMillis(10).toNanos();

    private static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long CLOSE_MILLIS = 2_000;

    private final Target target;
    private final InstantSource clock;
    private final AuditPages pages = new AuditPages(MAX_HELD_BYTES);
    private final LongAdder lost = new LongAdder();
    private final LongAdder written = new LongAdder();
    private final Thread thread;
    /** What {@link System#nanoTime} must be added to for the nanoseconds since 1970; looked at anew with each look at the pages. */
    private volatile long nanosAtZero;

    private volatile boolean stopping;
    private volatile @Nullable IOException failure;

    // Of the writer's thread.
    private final Deque<AuditPage> collected = new ArrayDeque<>();
    private final LineBuffer note = new LineBuffer(128);
    private final AuditLine notes = new AuditLine(note);
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
        readClock();
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

    /** A call that begins now. */
    public AuditRecord begin(String method, Origin origin) {
        return new AuditRecord(this, method, origin, System.nanoTime());
    }

    /** Any thread; never waits. */
    void add(AuditRecord record) {
        boolean added = false;
        try {
            added = pages.add(record, micros(record.startNanos));
        } catch (RuntimeException unwritable) {
            LOG.debug("audit record of {} cannot be written", record.method, unwritable);
        }
        if (!added) {
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

    /** Waits after each look, not only when it found nothing: under load there is always a line or two. */
    private void run() {
        while (!stopping) {
            writeAll();
            LockSupport.parkNanos(POLL_NANOS);
        }
        while (writeAll()) {}
        closeTarget();
    }

    /** What is there now. False if there was nothing, or it cannot be written. */
    private boolean writeAll() {
        if (isPausing()) {
            return false;
        }
        readClock();
        pages.collect(collected);
        boolean any = false;
        while (!isPausing() && writeNext()) {
            any = true;
        }
        return any;
    }

    /** After a failure the writer waits before it tries again; what comes meanwhile waits while it fits. */
    private boolean isPausing() {
        return retryAt != 0 && System.nanoTime() - retryAt < 0;
    }

    /** One page, and before it what there is to say about lost lines. False if there was nothing to write. */
    private boolean writeNext() {
        long lostNow = lost.sum();
        AuditPage page = collected.poll();
        if (page == null && lostNow == toldLost) {
            return false;
        }
        note.truncate(0);
        if (mayHaveHalfALine) {
            note.raw("\n");
        }
        if (lostNow > toldLost) {
            notes.lost(lostNow - toldLost, micros(System.nanoTime()));
        }
        write(page, lostNow);
        return true;
    }

    private void write(@Nullable AuditPage page, long lostNow) {
        int count = page == null ? 0 : page.count();
        try {
            OutputStream file = out;
            if (file == null) {
                file = target.open();
                out = file;
            }
            if (note.size() > 0) {
                file.write(note.array(), 0, note.size());
                toldLost = lostNow;
            }
            if (page != null) {
                page.writeTo(file);
            }
            file.flush();
            written.add(count);
            mayHaveHalfALine = false;
            retryAt = 0;
        } catch (IOException | RuntimeException failed) {
            failure = failed instanceof IOException io ? io : new IOException(failed);
            lost.add(count);
            mayHaveHalfALine = out != null || mayHaveHalfALine;
            retryAt = System.nanoTime() + RETRY_NANOS;
            closeTarget();
        } finally {
            if (page != null) {
                pages.free(page);
            }
        }
    }

    private void readClock() {
        Instant now = clock.instant();
        nanosAtZero = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano() - System.nanoTime();
    }

    /** In microseconds since 1970. */
    private long micros(long nanoTime) {
        return TimeUnit.NANOSECONDS.toMicros(nanosAtZero + nanoTime);
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
