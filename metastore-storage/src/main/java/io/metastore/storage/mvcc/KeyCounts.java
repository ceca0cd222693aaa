package io.metastore.storage.mvcc;

import io.metastore.storage.engine.Bucket;
import io.metastore.storage.engine.Cursor;
import io.metastore.storage.engine.EngineBatch;
import io.metastore.storage.engine.KvEngine;
import io.metastore.storage.mvcc.CountBlocks.Block;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.StampedLock;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Exact numbers of live keys in ranges, without a scan of them: the key space is cut into blocks of some hundred keys whose
 * counts are kept, so that only the two blocks at the edges are looked through.
 *
 * <p>In memory the counts change with each publication, in one step with the published revision. On disk a block's count is
 * stored with the revision it is of, now and then; after a restart the changes since are added from history. So compaction
 * must not erase history that the stored counts still need: before it erases, it stores them all.
 *
 * <p>Changed by who holds the store's write lock; read by any thread.
 */
final class KeyCounts {
    private static final int MAX_BLOCK = 256;
    private static final int FULL_BLOCK = 128;
    private static final int SMALL_BLOCK = 32;
    private static final int RECENT = 1 << 15;
    /** Records after which stored counts are brought up to date, and blocks stored by one commit on the way. */
    private static final int ROUND_RECORDS = 1 << 15;

    private static final int ROUND_STEP = 32;
    private static final int COPY_ATTEMPTS = 5;

    private final KvEngine engine;
    private final CurrentKeys keys;

    private final StampedLock lock = new StampedLock();
    // Guarded by lock.
    private CountBlocks blocks;
    private RecentDeltas recent;

    // Guarded by the store's write lock.
    private final Set<Block> dirty = new LinkedHashSet<>();
    private final Set<Block> reshaped = new LinkedHashSet<>();
    private final List<Key> removed = new ArrayList<>();
    private final Set<Block> oversized = new LinkedHashSet<>();
    private final Deque<Block> round = new ArrayDeque<>();
    private long roundRevision;
    private boolean roundOpen;
    private long recordsSinceRound;

    /** Reads the stored counts and brings them up to {@code currentRevision} from history. */
    KeyCounts(KvEngine engine, CurrentKeys keys, History history, long currentRevision) {
        this.engine = engine;
        this.keys = keys;
        this.blocks = new CountBlocks(readStored());
        this.recent = new RecentDeltas(RECENT, currentRevision);
        long counted = Meta.COUNTED.read(engine, 0)[0];
        try (HistoryCursor cursor = history.walk(counted + 1, 0, Long.MAX_VALUE)) {
            while (cursor.next()) {
                recordsSinceRound++;
                Entry record = cursor.record();
                if (record.liveDelta() != 0) {
                    Block block = blocks.blockOf(cursor.change().key());
                    if (record.main() > block.storedAt) {
                        // No merging here: blocks have different revisions until all is caught up.
                        blocks.add(block, record.liveDelta());
                        noteChange(block);
                    }
                }
            }
        }
    }

    /**
     * Keys of the range alive at {@code revision}, which must be published and readable.
     *
     * @param scan counts the keys of a range alive at that revision by looking at them
     */
    long count(KeyRange range, long revision, ToLongFunction<KeyRange> scan) {
        if (range.isEmpty()) {
            return 0;
        }
        Key end = range.end();
        Key from;
        Key to;
        long inner;
        long stamp = lock.readLock();
        try {
            from = blocks.startAtOrAfter(range.start());
            to = end == null ? null : blocks.blockOf(end).start;
            if (from == null || (to != null && from.compareTo(to) >= 0) || revision < recent.floor()) {
                inner = -1;
            } else {
                inner = blocks.sum(from, to) - recent.sumAfter(revision, new KeyRange(from, to));
            }
        } finally {
            lock.unlockRead(stamp);
        }
        if (inner < 0 || from == null) {
            return scan.applyAsLong(range);
        }
        long left = from.equals(range.start()) ? 0 : scan.applyAsLong(new KeyRange(range.start(), from));
        long right = end == null || to == null || to.equals(end) ? 0 : scan.applyAsLong(new KeyRange(to, end));
        return left + inner + right;
    }

    /**
     * The blocks that the range touches, with their counts as of one revision. They are copied some hundred at a time, so that
     * publications wait for no more than that; what is published between the parts is taken back.
     *
     * @param revision the published one
     */
    BlockCopy copy(KeyRange range, LongSupplier revision) {
        for (int attempt = 1; attempt < COPY_ATTEMPTS; attempt++) {
            BlockCopy copy = new BlockCopy(revision.getAsLong(), range.end());
            if (copyParts(range, copy)) {
                return copy;
            }
        }
        long stamp = lock.readLock();
        try {
            BlockCopy copy = new BlockCopy(revision.getAsLong(), range.end());
            for (Key next = range.start(); next != null && !copy.isBehind(next); ) {
                next = copyPart(next, copy);
            }
            return copy;
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /** False if what was published meanwhile cannot be taken back: too much, or it has merged blocks where a part ended. */
    private boolean copyParts(KeyRange range, BlockCopy copy) {
        for (Key next = range.start(); next != null && !copy.isBehind(next); ) {
            long stamp = lock.readLock();
            try {
                boolean moved = copy.size() > 0 && !blocks.blockOf(next).start.equals(next);
                if (moved || copy.revision() < recent.floor()) {
                    return false;
                }
                next = copyPart(next, copy);
            } finally {
                lock.unlockRead(stamp);
            }
        }
        return true;
    }

    private @Nullable Key copyPart(Key from, BlockCopy copy) {
        int first = copy.size();
        Key next = blocks.copyChunk(from, copy);
        copy.endsAt(next);
        recent.forEachAfter(copy.revision(), delta -> copy.takeBack(delta, first));
        return next;
    }

    /** All live keys as of the last publication. */
    long total() {
        long stamp = lock.readLock();
        try {
            return blocks.total();
        } finally {
            lock.unlockRead(stamp);
        }
    }

    int blocks() {
        long stamp = lock.readLock();
        try {
            return blocks.size();
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /** Takes over the births and deaths of a batch and runs {@code publication} in one step with it. */
    void publish(List<LiveDelta> deltas, int records, Runnable publication) {
        recordsSinceRound += records;
        if (deltas.isEmpty()) {
            publication.run();
            return;
        }
        long stamp = lock.writeLock();
        try {
            for (LiveDelta delta : deltas) {
                recent.add(delta);
                add(blocks.blockOf(delta.key()), delta.sign());
            }
            publication.run();
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    /** Splits blocks that have grown too large. The engine must hold exactly what is published. */
    void split() {
        if (oversized.isEmpty()) {
            return;
        }
        for (Block block : List.copyOf(oversized)) {
            if (block.count > MAX_BLOCK) {
                split(block);
            }
        }
        oversized.clear();
    }

    /** Puts what must be stored with the next write, as of {@code published}, the revision before it. */
    void store(EngineBatch batch, long published) {
        storeReshaped(batch, published);
        if (!roundOpen) {
            if (recordsSinceRound < ROUND_RECORDS) {
                return;
            }
            openRound(published);
        }
        for (int i = 0; i < ROUND_STEP && !round.isEmpty(); i++) {
            store(batch, round.remove(), published);
        }
        if (round.isEmpty()) {
            Meta.COUNTED.put(batch, roundRevision);
            roundOpen = false;
        }
    }

    /** As {@link #store}, everything: no history up to {@code published} is needed for counting afterwards. */
    void storeAll(EngineBatch batch, long published) {
        storeReshaped(batch, published);
        round.forEach(block -> store(batch, block, published));
        round.clear();
        List.copyOf(dirty).forEach(block -> store(batch, block, published));
        Meta.COUNTED.put(batch, published);
        roundOpen = false;
        recordsSinceRound = 0;
    }

    private void openRound(long published) {
        round.addAll(dirty);
        dirty.clear();
        roundRevision = published;
        roundOpen = true;
        recordsSinceRound = 0;
    }

    private void storeReshaped(EngineBatch batch, long published) {
        if (removed.isEmpty() && reshaped.isEmpty()) {
            return;
        }
        for (Key start : removed) {
            batch.delete(Bucket.COUNT, start.bytes());
        }
        removed.clear();
        List.copyOf(reshaped).forEach(block -> store(batch, block, published));
    }

    private void store(EngineBatch batch, Block block, long published) {
        dirty.remove(block);
        reshaped.remove(block);
        if (block.count < 0) {
            return; // merged into its neighbour
        }
        block.storedAt = published;
        putCount(batch, block.start, block.count, published);
    }

    /** Puts the count of the block that begins with {@code start}, as of a revision. */
    static void putCount(EngineBatch batch, Key start, long count, long revision) {
        byte[] value = new byte[2 * Varints.MAX_BYTES];
        int end = Varints.put(value, Varints.put(value, 0, count), revision);
        batch.put(Bucket.COUNT, start.bytes(), Arrays.copyOf(value, end));
    }

    private void add(Block block, int delta) {
        blocks.add(block, delta);
        assert block.count >= 0 : "a block of " + block.count + " keys";
        noteChange(block);
        if (delta < 0 && block.count < SMALL_BLOCK) {
            mergeDown(block);
        }
    }

    private void noteChange(Block block) {
        dirty.add(block);
        if (block.count > MAX_BLOCK) {
            oversized.add(block);
        }
    }

    private void mergeDown(Block block) {
        Block previous = blocks.before(block);
        if (previous == null || previous.count + block.count > FULL_BLOCK) {
            return;
        }
        blocks.remove(block);
        blocks.add(previous, block.count);
        block.count = -1;
        dirty.remove(block);
        reshaped.remove(block);
        oversized.remove(block);
        removed.add(block.start);
        reshaped.add(previous);
    }

    private void split(Block block) {
        List<Block> pieces = pieces(block);
        long stamp = lock.writeLock();
        try {
            for (Block piece : pieces) {
                blocks.add(block, -piece.count);
                blocks.insert(piece);
            }
        } finally {
            lock.unlockWrite(stamp);
        }
        reshaped.add(block);
        reshaped.addAll(pieces);
    }

    /** What is to be cut off the block: runs of keys behind its first {@link #FULL_BLOCK}. */
    private List<Block> pieces(Block block) {
        List<Block> pieces = new ArrayList<>();
        KeyRange range = new KeyRange(block.start, blocks.endOf(block));
        long seen = 0;
        try (CurrentKeys.Scan scan = keys.scan(range, false)) {
            while (scan.next()) {
                if (scan.record().tombstone()) {
                    continue;
                }
                if (seen > 0 && seen % FULL_BLOCK == 0 && block.count - seen >= SMALL_BLOCK) {
                    pieces.add(new Block(scan.key(), 0, 0));
                }
                seen++;
                if (!pieces.isEmpty()) {
                    pieces.get(pieces.size() - 1).count++;
                }
            }
        }
        assert seen == block.count : "counted " + block.count + " keys of " + seen + " in " + range;
        return pieces;
    }

    private List<Block> readStored() {
        List<Block> stored = new ArrayList<>();
        try (Cursor cursor = engine.cursor(Bucket.COUNT, null, null)) {
            while (cursor.next()) {
                byte[] value = cursor.value();
                long count = Varints.get(value, 0);
                stored.add(new Block(Key.of(cursor.key()), count, Varints.get(value, Varints.size(count))));
            }
        }
        if (stored.isEmpty() || stored.get(0).start.length() > 0) {
            stored.add(0, new Block(Key.of(new byte[0]), 0, 0));
        }
        return stored;
    }
}
