package io.metastore.storage.mvcc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A partition of the key space into blocks, each with the number of live keys in it; sums over any run of whole blocks are
 * cheap. Blocks lie in chunks of some hundred, so that a sum adds up chunks. Guarded by the lock of {@link KeyCounts}.
 */
final class CountBlocks {
    private static final int MAX_CHUNK = 512;

    /** From {@code start} to the start of the next block. */
    static final class Block {
        final Key start;
        long count;
        /** The revision that the stored count is of; later changes are not in it. */
        long storedAt;

        Block(Key start, long count, long storedAt) {
            this.start = start;
            this.count = count;
            this.storedAt = storedAt;
        }
    }

    private static final class Chunk {
        final List<Block> blocks;
        long sum;

        Chunk(List<Block> blocks) {
            this.blocks = blocks;
            for (Block block : blocks) {
                sum += block.count;
            }
        }

        Key start() {
            return blocks.get(0).start;
        }
    }

    private final List<Chunk> chunks = new ArrayList<>();
    private int size;
    private long total;

    /** In ascending order, the first with the empty key. */
    CountBlocks(List<Block> sorted) {
        for (int from = 0; from < sorted.size(); from += MAX_CHUNK / 2) {
            chunks.add(new Chunk(new ArrayList<>(sorted.subList(from, Math.min(sorted.size(), from + MAX_CHUNK / 2)))));
        }
        size = sorted.size();
        for (Chunk chunk : chunks) {
            total += chunk.sum;
        }
    }

    int size() {
        return size;
    }

    long total() {
        return total;
    }

    Block blockOf(Key key) {
        Chunk chunk = chunks.get(chunkOf(key));
        return chunk.blocks.get(blockIn(chunk, key));
    }

    void add(Block block, long delta) {
        block.count += delta;
        chunks.get(chunkOf(block.start)).sum += delta;
        total += delta;
    }

    /** Start of the block after this one, null if it is the last. */
    @Nullable
    Key endOf(Block block) {
        Block next = blockAfter(block.start);
        return next == null ? null : next.start;
    }

    @Nullable
    Block before(Block block) {
        int c = chunkOf(block.start);
        int b = blockIn(chunks.get(c), block.start);
        if (b > 0) {
            return chunks.get(c).blocks.get(b - 1);
        }
        if (c == 0) {
            return null;
        }
        List<Block> previous = chunks.get(c - 1).blocks;
        return previous.get(previous.size() - 1);
    }

    /** Least start of a block at or above {@code key}, null if none. */
    @Nullable
    Key startAtOrAfter(Key key) {
        Key start = blockOf(key).start;
        if (start.equals(key)) {
            return start;
        }
        Block next = blockAfter(key);
        return next == null ? null : next.start;
    }

    void insert(Block block) {
        int c = chunkOf(block.start);
        Chunk chunk = chunks.get(c);
        chunk.blocks.add(blockIn(chunk, block.start) + 1, block);
        chunk.sum += block.count;
        total += block.count;
        size++;
        if (chunk.blocks.size() > MAX_CHUNK) {
            List<Block> upper = chunk.blocks.subList(MAX_CHUNK / 2, chunk.blocks.size());
            Chunk split = new Chunk(new ArrayList<>(upper));
            upper.clear();
            chunk.sum -= split.sum;
            chunks.add(c + 1, split);
        }
    }

    void remove(Block block) {
        int c = chunkOf(block.start);
        Chunk chunk = chunks.get(c);
        chunk.blocks.remove(blockIn(chunk, block.start));
        chunk.sum -= block.count;
        total -= block.count;
        size--;
        if (chunk.blocks.isEmpty()) {
            chunks.remove(c);
        }
    }

    /** Keys in the blocks from the one that starts at {@code from} to before the one that starts at {@code to}. */
    long sum(Key from, @Nullable Key to) {
        int firstChunk = chunkOf(from);
        int firstBlock = blockIn(chunks.get(firstChunk), from);
        int lastChunk = to == null ? chunks.size() : chunkOf(to);
        int lastBlock = to == null ? 0 : blockIn(chunks.get(lastChunk), to);
        if (firstChunk == lastChunk) {
            return sumIn(chunks.get(firstChunk), firstBlock, lastBlock);
        }
        Chunk first = chunks.get(firstChunk);
        long sum = sumIn(first, firstBlock, first.blocks.size());
        for (int c = firstChunk + 1; c < lastChunk; c++) {
            sum += chunks.get(c).sum;
        }
        return lastChunk == chunks.size() ? sum : sum + sumIn(chunks.get(lastChunk), 0, lastBlock);
    }

    /** Copies the blocks of one chunk from the one that holds {@code from} on, and returns where the next block starts. */
    @Nullable
    Key copyChunk(Key from, BlockCopy target) {
        int c = chunkOf(from);
        Chunk chunk = chunks.get(c);
        for (int b = blockIn(chunk, from); b < chunk.blocks.size(); b++) {
            Block block = chunk.blocks.get(b);
            if (!target.add(block.start, block.count)) {
                return block.start;
            }
        }
        return c + 1 < chunks.size() ? chunks.get(c + 1).start() : null;
    }

    private static long sumIn(Chunk chunk, int from, int to) {
        long sum = 0;
        for (int b = from; b < to; b++) {
            sum += chunk.blocks.get(b).count;
        }
        return sum;
    }

    private @Nullable Block blockAfter(Key key) {
        int c = chunkOf(key);
        int b = blockIn(chunks.get(c), key) + 1;
        if (b < chunks.get(c).blocks.size()) {
            return chunks.get(c).blocks.get(b);
        }
        return c + 1 < chunks.size() ? chunks.get(c + 1).blocks.get(0) : null;
    }

    private int chunkOf(Key key) {
        int low = 0;
        int high = chunks.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (chunks.get(middle).start().compareTo(key) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private static int blockIn(Chunk chunk, Key key) {
        int low = 0;
        int high = chunk.blocks.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (chunk.blocks.get(middle).start.compareTo(key) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
