package io.metastore.raft.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The raft log as append-only files of a fixed size: one write and one fdatasync per batch, no file ever grows.
 *
 * <p>Everything, truncation too, is a {@link Frame} appended to the newest {@link Segment}; what that means after a
 * crash is {@link LogRecovery}'s. One thread at a time writes (jraft's log thread), any thread reads. After a failed
 * write or fdatasync nothing is written any more: what then is on the device, nobody knows.
 */
public final class SegmentedLog implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(SegmentedLog.class);

    private static final int MAX_FRAME_PAYLOAD_BYTES = 8 << 20;
    /** What is lost from the end of the log is found unless it is younger than this. */
    private static final long STABLE_MARK_PERIOD_MILLIS = 20;

    private static final long CLOSE_SECONDS = 30;

    private final LogOptions options;
    private final Disk disk;
    private final ScheduledExecutorService background;
    private final SegmentSupply supply;
    private final StableMark stableMark;

    /** Guards the index; held to write it, not to write the file. */
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    private final Lock readLock = lock.readLock();
    private final Lock writeLock = lock.writeLock();
    private final LogIndex index;

    private final RecordReader reader = new RecordReader();

    // ---- the writing thread
    private final FrameBuffer buffer = new FrameBuffer();

    private Segment active;

    private volatile StableMark.Position durable;
    private volatile long lastTerm;
    private volatile @Nullable IOException failure;
    private volatile boolean closed;

    private SegmentedLog(
            LogOptions options,
            Disk disk,
            ScheduledExecutorService background,
            SegmentSupply supply,
            StableMark stableMark,
            LogRecovery recovered) {
        this.options = options;
        this.disk = disk;
        this.background = background;
        this.supply = supply;
        this.stableMark = stableMark;
        this.index = recovered.index();
        this.active = index.active();
        this.durable = positionNow();
    }

    /**
     * Opens the log in {@code dir}, or starts one there.
     *
     * @param mustExist whether something else says that there was a log: then an empty directory is damage
     * @throws LogDamagedException if something that was durable is missing or changed
     */
    public static SegmentedLog open(Path dir, LogOptions options, boolean mustExist) throws IOException {
        Disk disk = new Disk(options.fsync(), options.observer());
        Disk.createDirectories(dir);
        ScheduledExecutorService background = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "raft-log-files");
            thread.setDaemon(true);
            return thread;
        });
        StableMark mark = null;
        LogRecovery recovery = new LogRecovery(dir);
        try {
            mark = StableMark.open(dir);
            SegmentSupply supply = new SegmentSupply(dir, disk, background);
            if (!recovery.run()) {
                if (mustExist || mark.position() != null) {
                    throw new LogDamagedException("raft log is missing: there is no segment in " + dir);
                }
                recovery.index().activate(supply.make(1, options.firstSegmentBytes(), null), 1);
                disk.forceDirectory(dir);
            }
            supply.deleteLeftovers();
            SegmentedLog opened = new SegmentedLog(options, disk, background, supply, mark, recovery);
            opened.requireNotBehind(mark.position());
            opened.begin(recovery);
            return opened;
        } catch (IOException | RuntimeException e) {
            background.shutdownNow();
            for (Segment segment : recovery.index().segments()) {
                segment.close();
            }
            Segment spare = recovery.spare();
            if (spare != null) {
                spare.close();
            }
            if (mark != null) {
                mark.close();
            }
            throw e;
        }
    }

    private void requireNotBehind(StableMark.@Nullable Position mark) throws IOException {
        StableMark.Position now = positionNow();
        if (mark != null && now.isBehind(mark)) {
            throw new LogDamagedException(
                    active.file,
                    active.end,
                    "the log ends here with entry %d, but was durable up to offset %d of segment %016x, entry %d"
                            .formatted(index.last(), mark.offset(), mark.segmentId(), mark.lastIndex()));
        }
    }

    private void begin(LogRecovery recovered) throws IOException {
        Segment spare = recovered.spare();
        if (spare != null) {
            supply.offer(spare);
        }
        LogRecord last = read(index.last());
        lastTerm = last == null ? 0 : last.term();
        if (active.end == Segment.HEADER_BYTES) {
            control(Frame.Type.START, index.last() + 1);
        } else {
            // From now on a bad frame before this one is damage, not the torn end of the last run.
            control(Frame.Type.MARK, index.last());
        }
        supply.retire(index.takeDead());
        if (options.fsync()) {
            var unused = background.scheduleWithFixedDelay(
                    this::noteStable, STABLE_MARK_PERIOD_MILLIS, STABLE_MARK_PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    // ---- what there is; any thread

    /** Index of the first entry, or of the next one if there is none. */
    public long firstIndex() {
        readLock.lock();
        try {
            return index.first();
        } finally {
            readLock.unlock();
        }
    }

    /** Index of the last entry; one less than the first if there is none. */
    public long lastIndex() {
        readLock.lock();
        try {
            return index.last();
        } finally {
            readLock.unlock();
        }
    }

    /** Term of the last entry, 0 if there is none. */
    public long lastTerm() {
        return lastTerm;
    }

    /** Indexes of the entries that are not {@link LogRecord#DATA}, ascending. */
    public List<Long> markedIndexes() {
        readLock.lock();
        try {
            return index.marked();
        } finally {
            readLock.unlock();
        }
    }

    /** The entry at {@code wanted}, null if it is before the first or after the last. */
    public @Nullable LogRecord read(long wanted) throws IOException {
        readLock.lock();
        try {
            if (closed) {
                throw new IOException("the log is closed");
            }
            Segment segment = index.find(wanted);
            return segment == null ? null : reader.read(segment, segment.offsetOf(wanted));
        } finally {
            readLock.unlock();
        }
    }

    // ---- changes; the writing thread

    /** Appends entries from {@code firstIndex} on, which must be the next; they are durable when this returns. */
    public void append(long firstIndex, List<LogRecord> records) throws IOException {
        change(() -> {
            if (firstIndex != index.last() + 1) {
                throw new IOException("entry %d cannot follow entry %d".formatted(firstIndex, index.last()));
            }
            int from = 0;
            while (from < records.size()) {
                from = appendFrame(records, from);
            }
        });
    }

    /** Writes as many records from {@code from} on as one frame takes; returns the one to go on with. */
    private int appendFrame(List<LogRecord> records, int from) throws IOException {
        int maxPayloadBytes = Math.min(MAX_FRAME_PAYLOAD_BYTES, options.segmentBytes() / 4);
        int payloadBytes = 0;
        int to = from;
        while (to < records.size()) {
            int bytes = records.get(to).encodedBytes();
            if (to > from && payloadBytes + bytes > maxPayloadBytes) {
                break;
            }
            payloadBytes = Math.addExact(payloadBytes, bytes);
            to++;
        }
        makeRoom(Frame.sizeOf(payloadBytes));
        List<LogRecord> batch = records.subList(from, to);
        Frame frame = buffer.put(index.last() + 1, batch, payloadBytes);
        int position = (int) active.end + Frame.HEADER_BYTES;
        active.write(frame, buffer.bytes(), disk);
        appended(batch, position);
        return to;
    }

    private void appended(List<LogRecord> batch, int position) {
        writeLock.lock();
        try {
            int at = position;
            for (LogRecord written : batch) {
                index.append(active, at, written.kind());
                at += written.encodedBytes();
            }
        } finally {
            writeLock.unlock();
        }
        lastTerm = batch.get(batch.size() - 1).term();
        durable = positionNow();
        if (active.free() < active.size - active.size / 8 && !supply.isPreparing()) {
            supply.prepare(active.id + 1, options.segmentBytes());
        }
    }

    /** Makes the next segment the active one if a frame of {@code size} does not fit before the seal. */
    private void makeRoom(int size) throws IOException {
        if (active.free() >= (long) size + Frame.HEADER_BYTES) {
            return;
        }
        long minSize = (long) Segment.HEADER_BYTES + size + 3L * Frame.HEADER_BYTES;
        if (minSize > Integer.MAX_VALUE) {
            throw new IOException("an entry of %d bytes is too large for the log".formatted(size));
        }
        Segment next = supply.take(active.id + 1, options.segmentBytes(), minSize);
        // Durable before the first frame of the next segment: whoever finds the seal looks for that segment.
        active.writeControl(Frame.Type.SEAL, index.last(), disk);
        active.closeWriter();
        next.writeControl(Frame.Type.START, index.last() + 1, disk);
        writeLock.lock();
        try {
            index.activate(next, index.last() + 1);
        } finally {
            writeLock.unlock();
        }
        active = next;
    }

    /** Drops entries below {@code firstKept}; above the last entry, as {@link #reset}. */
    public void truncatePrefix(long firstKept) throws IOException {
        change(() -> {
            if (firstKept > index.last()) {
                resetTo(Math.max(firstKept, index.first()));
            } else if (firstKept > index.first()) {
                control(Frame.Type.TRUNCATE_PREFIX, firstKept);
                update(() -> index.truncatePrefix(firstKept));
            }
        });
    }

    /** Drops entries above {@code lastKept}; they are gone for good when this returns. */
    public void truncateSuffix(long lastKept) throws IOException {
        change(() -> {
            if (lastKept >= index.last()) {
                return;
            }
            if (lastKept < index.first() - 1) {
                throw new IOException(
                        "entries above %d cannot be dropped: the log begins at %d".formatted(lastKept, index.first()));
            }
            control(Frame.Type.TRUNCATE_SUFFIX, lastKept);
            update(() -> index.truncateSuffix(lastKept));
            LogRecord last = read(lastKept);
            lastTerm = last == null ? 0 : last.term();
        });
    }

    /** Drops all entries; the next one is {@code nextIndex}. */
    public void reset(long nextIndex) throws IOException {
        change(() -> resetTo(nextIndex));
    }

    private void resetTo(long nextIndex) throws IOException {
        if (nextIndex <= 0) {
            throw new IllegalArgumentException("next index " + nextIndex);
        }
        control(Frame.Type.RESET, nextIndex);
        lastTerm = 0;
        update(() -> index.reset(nextIndex));
    }

    private void control(Frame.Type type, long at) throws IOException {
        makeRoom(Frame.HEADER_BYTES);
        active.writeControl(type, at, disk);
        durable = positionNow();
    }

    private void update(Runnable change) {
        List<Segment> dead;
        writeLock.lock();
        try {
            change.run();
            dead = index.takeDead();
        } finally {
            writeLock.unlock();
        }
        durable = positionNow();
        supply.retire(dead);
    }

    private interface Change {
        void run() throws IOException;
    }

    private void change(Change change) throws IOException {
        IOException earlier = failure;
        if (earlier != null || closed) {
            throw new IOException(closed ? "the log is closed" : "the log has failed before", earlier);
        }
        try {
            change.run();
        } catch (IOException e) {
            failure = e;
            throw e;
        } catch (RuntimeException | Error e) {
            failure = new IOException("the log has failed", e);
            throw e;
        }
    }

    private StableMark.Position positionNow() {
        return new StableMark.Position(active.id, active.end, index.last());
    }

    private void noteStable() {
        StableMark.Position now = durable;
        try {
            if (!now.equals(stableMark.position())) {
                stableMark.write(now);
            }
        } catch (IOException e) {
            log.warn("stable position of the log could not be noted", e);
        }
    }

    /** The segment that takes the frames. */
    Segment active() {
        return active;
    }

    /** Waits until files are as they will be if nothing else changes. */
    void awaitBackground() throws InterruptedException, ExecutionException {
        background.submit(() -> {}).get();
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        boolean healthy = failure == null;
        try {
            if (healthy && active.free() >= 2 * Frame.HEADER_BYTES) {
                control(Frame.Type.MARK, index.last());
            }
        } finally {
            writeLock.lock();
            try {
                closed = true;
            } finally {
                writeLock.unlock();
            }
            closeFiles(healthy);
        }
    }

    private void closeFiles(boolean healthy) throws IOException {
        background.shutdown();
        try {
            if (!background.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                log.warn("preparing a segment did not end in time");
                background.shutdownNow();
            }
        } catch (InterruptedException e) {
            background.shutdownNow();
            Thread.currentThread().interrupt();
        }
        supply.close();
        if (healthy && options.fsync()) {
            stableMark.write(durable);
            stableMark.force(disk);
        }
        stableMark.close();
        for (Segment segment : index.segments()) {
            segment.close();
        }
    }
}
