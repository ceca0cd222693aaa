package io.metastore.storage.engine;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/** The engine without a disk, for tests and embedding: one immutable tree per bucket, all replaced at once by a write. */
public final class MemoryEngine implements KvEngine {
    private static final String DUMP = "memory.dump";
    private static final int END = -1;

    private final ReentrantLock writeLock = new ReentrantLock();
    // Written under writeLock; null once closed. The map is never changed.
    private volatile @Nullable Map<Bucket, PersistentTree> trees = emptyTrees();

    public MemoryEngine() {
        FormatVersion.check(this, "memory");
    }

    @Override
    public byte @Nullable [] get(Bucket bucket, byte[] key) {
        return tree(bucket).get(key);
    }

    @Override
    public Cursor cursor(Bucket bucket, byte @Nullable [] from, byte @Nullable [] to) {
        return tree(bucket).cursor(from, to, false);
    }

    @Override
    public Cursor reverseCursor(Bucket bucket, byte @Nullable [] from, byte @Nullable [] to) {
        return tree(bucket).cursor(from, to, true);
    }

    @Override
    public EngineSnapshot snapshot() {
        return new MemorySnapshot(open());
    }

    @Override
    public EngineBatch newBatch() {
        return new MemoryBatch();
    }

    @Override
    public void write(EngineBatch batch) {
        if (!(batch instanceof MemoryBatch ours)) {
            throw new IllegalArgumentException("a batch of another engine");
        }
        writeLock.lock();
        try {
            Map<Bucket, PersistentTree> changed = new EnumMap<>(open());
            for (Operation operation : ours.list) {
                changed.computeIfPresent(operation.bucket, (bucket, tree) -> operation.applyTo(tree));
            }
            trees = changed;
        } finally {
            writeLock.unlock();
        }
    }

    @Override
    public void flush() {
        open();
    }

    @Override
    public void checkpoint(Path directory) {
        Map<Bucket, PersistentTree> content = open();
        try {
            Files.createDirectory(directory);
            try (var file = Files.newOutputStream(directory.resolve(DUMP));
                    var checked = new CheckedOutputStream(new BufferedOutputStream(file), new CRC32C());
                    var out = new DataOutputStream(checked)) {
                for (Map.Entry<Bucket, PersistentTree> bucket : content.entrySet()) {
                    dump(bucket.getKey(), bucket.getValue(), out);
                }
                out.writeByte(END);
                out.writeLong(checked.getChecksum().getValue());
            }
        } catch (IOException failure) {
            throw new EngineException("checkpoint to %s failed".formatted(directory), failure);
        }
    }

    @Override
    public void restore(Path checkpoint) {
        Map<Bucket, PersistentTree> content = emptyTrees();
        try (var file = Files.newInputStream(checkpoint.resolve(DUMP));
                var checked = new CheckedInputStream(new BufferedInputStream(file), new CRC32C());
                var in = new DataInputStream(checked)) {
            for (int bucket = in.readByte(); bucket != END; bucket = in.readByte()) {
                byte[] key = in.readNBytes(in.readInt());
                byte[] value = in.readNBytes(in.readInt());
                content.computeIfPresent(Bucket.ofId(bucket), (id, tree) -> tree.put(key, value));
            }
            long sum = checked.getChecksum().getValue();
            if (in.readLong() != sum) {
                throw new EngineException("checkpoint %s is damaged".formatted(checkpoint));
            }
        } catch (IOException failure) {
            throw new EngineException("restore from %s failed".formatted(checkpoint), failure);
        }
        writeLock.lock();
        try {
            open();
            trees = content;
        } finally {
            writeLock.unlock();
        }
        FormatVersion.check(this, checkpoint.toString());
    }

    @Override
    public void compact() {
        open();
    }

    @Override
    public @Nullable Path directory() {
        return null;
    }

    @Override
    public long bytesUsed() {
        long bytes = 0;
        for (PersistentTree tree : open().values()) {
            try (Cursor cursor = tree.cursor(null, null, false)) {
                while (cursor.next()) {
                    bytes += cursor.key().length + cursor.value().length;
                }
            }
        }
        return bytes;
    }

    @Override
    public void close() {
        writeLock.lock();
        try {
            trees = null;
        } finally {
            writeLock.unlock();
        }
    }

    private Map<Bucket, PersistentTree> open() {
        Map<Bucket, PersistentTree> content = trees;
        if (content == null) {
            throw new EngineClosedException();
        }
        return content;
    }

    private static void dump(Bucket bucket, PersistentTree tree, DataOutputStream out) throws IOException {
        try (Cursor cursor = tree.cursor(null, null, false)) {
            while (cursor.next()) {
                out.writeByte(bucket.id());
                out.writeInt(cursor.key().length);
                out.write(cursor.key());
                out.writeInt(cursor.value().length);
                out.write(cursor.value());
            }
        }
    }

    private PersistentTree tree(Bucket bucket) {
        return open().getOrDefault(bucket, PersistentTree.EMPTY);
    }

    private static Map<Bucket, PersistentTree> emptyTrees() {
        Map<Bucket, PersistentTree> empty = new EnumMap<>(Bucket.class);
        for (Bucket bucket : Bucket.values()) {
            empty.put(bucket, PersistentTree.EMPTY);
        }
        return empty;
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Operation(Bucket bucket, byte[] key, byte @Nullable [] value) {
        PersistentTree applyTo(PersistentTree tree) {
            return value == null ? tree.remove(key) : tree.put(key, value);
        }
    }

    private record MemorySnapshot(Map<Bucket, PersistentTree> content) implements EngineSnapshot {
        @Override
        public byte @Nullable [] get(Bucket bucket, byte[] key) {
            return content.getOrDefault(bucket, PersistentTree.EMPTY).get(key);
        }

        @Override
        public Cursor cursor(Bucket bucket, byte @Nullable [] from, byte @Nullable [] to) {
            return content.getOrDefault(bucket, PersistentTree.EMPTY).cursor(from, to, false);
        }

        @Override
        public void close() {}
    }

    private static final class MemoryBatch implements EngineBatch {
        private final List<Operation> list = new ArrayList<>();
        private int bytes;

        @Override
        public void put(Bucket bucket, byte[] key, byte[] value) {
            add(new Operation(bucket, key.clone(), value.clone()), key.length + value.length);
        }

        @Override
        public void put(Bucket bucket, byte[] key, byte[] head, int headLength, byte[] rest) {
            byte[] value = Arrays.copyOf(head, headLength + rest.length);
            System.arraycopy(rest, 0, value, headLength, rest.length);
            add(new Operation(bucket, key.clone(), value), key.length + value.length);
        }

        @Override
        public void delete(Bucket bucket, byte[] key) {
            add(new Operation(bucket, key.clone(), null), key.length);
        }

        @Override
        public int operations() {
            return list.size();
        }

        @Override
        public int bytes() {
            return bytes;
        }

        @Override
        public void clear() {
            list.clear();
            bytes = 0;
        }

        private void add(Operation operation, int size) {
            list.add(operation);
            bytes += size;
        }
    }
}
