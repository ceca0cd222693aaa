package io.metastore.storage.mvcc;

import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures prefixes without a scan of all keys. The counted blocks know how many keys lie between two keys: where both begin
 * with the same prefixes, so do all between them, and nobody needs to look. What is looked at, within bounds of blocks and of
 * time: the blocks in which one prefix ends and another begins, so that keys are counted exactly, and some of the others for
 * the mean size of their keys.
 *
 * <p>A block that is not looked at counts for the prefixes that all its keys have. So every prefix which is larger than a few
 * blocks is found, however many small ones there are.
 *
 * <p>Reads at one revision; holds up writes for the copying of some hundred counts at a time. Any thread that may wait for the disk.
 */
public final class PrefixReader {
    /** Blocks looked at for exact counts, and as many again for sizes: together not many more than a million keys. */
    private static final int MAX_BLOCKS = 4096;

    private static final Duration MAX_TIME = Duration.ofSeconds(5);

    private final MvccStore store;
    private final LongSupplier nanoTime;
    private final int maxBlocks;

    public PrefixReader(MvccStore store, LongSupplier nanoTime) {
        this(store, nanoTime, MAX_BLOCKS);
    }

    PrefixReader(MvccStore store, LongSupplier nanoTime, int maxBlocks) {
        this.store = store;
        this.nanoTime = nanoTime;
        this.maxBlocks = maxBlocks;
    }

    /** Measures at the current revision; again at a later one if the compact mark passes it meanwhile. */
    public PrefixReport read(PrefixQuery query) {
        while (true) {
            KeyRange range = KeyRange.ofPrefix(query.below());
            BlockCopy blocks = store.counts().copy(range, store::currentRevision);
            PrefixReport report = read(query, range, blocks);
            if (store.compactedRevision() <= blocks.revision()) {
                return report;
            }
        }
    }

    private PrefixReport read(PrefixQuery query, KeyRange range, BlockCopy blocks) {
        int[] levels = commonLevels(query, range, blocks);
        BitSet chosen = choose(query, levels);
        PrefixTally tally = new PrefixTally(query);
        long since = nanoTime.getAsLong();
        long missing = 0;
        for (int block = 0; block < blocks.size(); block++) {
            boolean edge = levels[block] < 0;
            boolean inTime = nanoTime.getAsLong() - since < MAX_TIME.toNanos();
            if (edge || (inTime && chosen.get(block))) {
                look(blocks, block, range, tally);
                continue;
            }
            if (levels[block] < query.depth()) {
                missing = Math.max(missing, blocks.count(block));
            }
            tally.unread(blocks.start(block).bytes(), levels[block], blocks.count(block));
        }
        // A prefix may begin in one such block and end in another; all between them are counted for it.
        return tally.report(blocks.revision(), 2 * missing);
    }

    /** How many prefixes all keys of a block have in common; -1 for blocks that do not lie in the range as a whole. */
    private static int[] commonLevels(PrefixQuery query, KeyRange range, BlockCopy blocks) {
        int[] levels = new int[blocks.size()];
        int[] ends = new int[query.depth()];
        for (int block = 0; block < levels.length; block++) {
            Key start = blocks.start(block);
            Key end = blocks.end(block);
            if (start.compareTo(range.start()) < 0 || isBehind(end, range.end())) {
                levels[block] = -1;
            } else if (end != null) {
                int common = commonBytes(start.bytes(), end.bytes());
                int found = query.ends(start.bytes(), ends);
                while (levels[block] < found && ends[levels[block]] <= common) {
                    levels[block]++;
                }
            }
        }
        return levels;
    }

    /** Is the first end behind the second? Null is behind every key. */
    private static boolean isBehind(@Nullable Key end, @Nullable Key that) {
        return that != null && (end == null || end.compareTo(that) > 0);
    }

    private static int commonBytes(byte[] a, byte[] b) {
        int differs = Arrays.mismatch(a, b);
        return differs < 0 ? a.length : differs;
    }

    /** Blocks to look at: those with a boundary, if they are not too many; and of each kind every so many. */
    private BitSet choose(PrefixQuery query, int[] levels) {
        int mixed = 0;
        int whole = 0;
        for (int level : levels) {
            if (level == query.depth()) {
                whole++;
            } else if (level >= 0) {
                mixed++;
            }
        }
        boolean allMixed = mixed <= maxBlocks;
        int everyMixed = allMixed ? 1 : stride(mixed, maxBlocks);
        int everyWhole = stride(whole, maxBlocks);
        BitSet chosen = new BitSet(levels.length);
        int mixedSeen = 0;
        int wholeSeen = 0;
        for (int block = 0; block < levels.length; block++) {
            if (levels[block] < 0) {
                continue;
            }
            if (levels[block] < query.depth()) {
                chosen.set(block, mixedSeen++ % everyMixed == 0);
            } else {
                // The first behind a boundary too: there are no more of them than boundaries.
                boolean first = allMixed && block > 0 && levels[block - 1] < query.depth();
                chosen.set(block, wholeSeen++ % everyWhole == 0 || first);
            }
        }
        return chosen;
    }

    private static int stride(int blocks, int atMost) {
        return Math.max(1, (blocks + atMost - 1) / atMost);
    }

    private void look(BlockCopy blocks, int block, KeyRange range, PrefixTally tally) {
        Key start = blocks.start(block).compareTo(range.start()) < 0 ? range.start() : blocks.start(block);
        Key end = isBehind(blocks.end(block), range.end()) ? range.end() : blocks.end(block);
        try (CurrentKeys.Scan scan = store.keys().scan(new KeyRange(start, end), false)) {
            while (scan.next()) {
                Entry record = scan.record();
                if (store.history().isAliveAt(record, blocks.revision())) {
                    // Of what has changed since, the version before counts: nearly always the one that is meant.
                    int bytes = record.main() <= blocks.revision() ? record.keyValueBytes() : record.supersededBytes();
                    tally.key(scan.key().bytes(), bytes);
                }
            }
        }
    }
}
