package io.metastore.storage.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBufferManager;
import org.rocksdb.WriteOptions;

/**
 * One open RocksDB and every native object that belongs to it, freed in reverse order. Whoever holds it sees to it that
 * nothing is used after {@link #close}.
 */
final class RocksDatabase implements AutoCloseable {
    private static final AtomicInteger LIVE_HANDLES = new AtomicInteger();
    private static final long KIBIBYTE = 1 << 10;
    private static final long MEBIBYTE = 1 << 20;

    private final Deque<AbstractNativeReference> owned = new ArrayDeque<>();
    private final ColumnFamilyHandle[] families = new ColumnFamilyHandle[Bucket.maxId() + 1];
    final RocksDB db;
    final ReadOptions reads;
    final WriteOptions writes;

    private RocksDatabase(Path directory, EngineConfig config) throws RocksDBException {
        try {
            LRUCache cache = own(new LRUCache(config.nativeBytes()));
            DBOptions options = own(databaseOptions(config, cache));
            List<ColumnFamilyDescriptor> descriptors = descriptors(config, cache);
            List<ColumnFamilyHandle> handles = new ArrayList<>();
            db = own(RocksDB.open(options, directory.toString(), descriptors, handles));
            handles.forEach(this::own);
            for (int id = 0; id < families.length; id++) {
                // Batches name column families by number: RocksDB's default one, which stays empty, then our buckets.
                families[id] = handles.get(id);
                if (families[id].getID() != id) {
                    throw new EngineException(
                            "%s: column family %d where %d belongs".formatted(directory, families[id].getID(), id));
                }
            }
            reads = own(new ReadOptions());
            writes = own(new WriteOptions().setDisableWAL(true));
        } catch (RocksDBException | RuntimeException | Error failure) {
            close();
            throw failure;
        }
    }

    static RocksDatabase open(Path directory, EngineConfig config) {
        RocksDB.loadLibrary();
        try {
            Files.createDirectories(directory);
            return new RocksDatabase(directory, config);
        } catch (RocksDBException | IOException failure) {
            throw new EngineException(
                    "cannot open the state in %s: %s".formatted(directory, failure.getMessage()), failure);
        }
    }

    /** Native objects not freed yet, in the whole process: tests want 0 after the last close. */
    static int liveHandles() {
        return LIVE_HANDLES.get();
    }

    static void handleOpened() {
        LIVE_HANDLES.incrementAndGet();
    }

    static void handleClosed() {
        LIVE_HANDLES.decrementAndGet();
    }

    ColumnFamilyHandle family(Bucket bucket) {
        return families[bucket.id()];
    }

    List<ColumnFamilyHandle> families() {
        return List.of(families);
    }

    @Override
    public void close() {
        while (!owned.isEmpty()) {
            owned.pop().close();
            handleClosed();
        }
    }

    private <T extends AbstractNativeReference> T own(T handle) {
        owned.push(handle);
        handleOpened();
        return handle;
    }

    private DBOptions databaseOptions(EngineConfig config, LRUCache cache) {
        // The buffers are charged to the cache, so that together they stay within one budget.
        WriteBufferManager buffers = own(new WriteBufferManager(config.writeBufferBytes(), cache, false));
        return new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setAtomicFlush(true)
                .setParanoidChecks(true)
                .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
                .setWriteBufferManager(buffers)
                .setMaxBackgroundJobs(config.backgroundJobs())
                .setBytesPerSync(MEBIBYTE)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2)
                .setMaxLogFileSize(4 * MEBIBYTE)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0);
    }

    private List<ColumnFamilyDescriptor> descriptors(EngineConfig config, LRUCache cache) {
        BloomFilter bloom = own(new BloomFilter(10, false));
        ColumnFamilyOptions plain = own(familyOptions(config, table(cache, 4 * KIBIBYTE)));
        ColumnFamilyOptions keys = own(familyOptions(
                config, table(cache, 4 * KIBIBYTE).setFilterPolicy(bloom).setWholeKeyFiltering(true)));
        ColumnFamilyOptions history = own(familyOptions(config, table(cache, 16 * KIBIBYTE)));
        List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
        descriptors.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, plain));
        for (int id = 1; id <= Bucket.maxId(); id++) {
            Bucket bucket = Bucket.ofId(id);
            ColumnFamilyOptions options =
                    switch (bucket) {
                        case KV -> keys;
                        case REV -> history;
                        case META, LEASE, LEASE_KEY, AUTH, MEMBER, ALARM, COUNT -> plain;
                    };
            byte[] name = bucket.name().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
            descriptors.add(new ColumnFamilyDescriptor(name, options));
        }
        return descriptors;
    }

    private static BlockBasedTableConfig table(LRUCache cache, long blockBytes) {
        return new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setBlockSize(blockBytes)
                .setFormatVersion(6)
                .setCacheIndexAndFilterBlocks(true)
                .setCacheIndexAndFilterBlocksWithHighPriority(true)
                .setPinL0FilterAndIndexBlocksInCache(true);
    }

    private static ColumnFamilyOptions familyOptions(EngineConfig config, BlockBasedTableConfig table) {
        return new ColumnFamilyOptions()
                .setTableFormatConfig(table)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setForceConsistencyChecks(true)
                .setWriteBufferSize(Math.max(MEBIBYTE / 4, Math.min(64 * MEBIBYTE, config.writeBufferBytes() / 3)))
                .setMaxWriteBufferNumber(4)
                .setLevelCompactionDynamicLevelBytes(true)
                .setEnableBlobFiles(true)
                .setMinBlobSize(config.blobBytes())
                .setBlobCompressionType(CompressionType.LZ4_COMPRESSION)
                .setEnableBlobGarbageCollection(true);
    }
}
