package io.metastore.storage.mvcc;

import java.time.Duration;

/**
 * Heap for records of keys that are read and for numbers of keys that are written, in bytes and taken as they are needed;
 * what one read may hold; and the pace at which compaction erases: {@code compactionBatch} records, then a pause. Compactions of more than
 * {@code hashedRecords} records leave out their hash.
 */
public record MvccConfig(
        long hotKeysBytes,
        long versionCacheBytes,
        long maxReadBytes,
        int compactionBatch,
        Duration compactionPause,
        long hashedRecords) {

    private static final long MAX_HOT_KEYS_BYTES = 64L << 20;
    /** Enough for six million keys of twenty bytes. */
    private static final long MAX_VERSION_CACHE_BYTES = 512L << 20;

    public static final MvccConfig DEFAULT = forHeap(512L << 20);

    public MvccConfig {
        if (hotKeysBytes < 0
                || versionCacheBytes < 0
                || maxReadBytes < 1
                || compactionBatch < 1
                || compactionPause.isNegative()
                || hashedRecords < 0) {
            throw new IllegalArgumentException(
                    "hot keys %d bytes, versions %d bytes, reads %d bytes, compaction batch %d, pause %s, hashed records %d"
                            .formatted(
                                    hotKeysBytes,
                                    versionCacheBytes,
                                    maxReadBytes,
                                    compactionBatch,
                                    compactionPause,
                                    hashedRecords));
        }
    }

    /** For a process whose heap can grow to so many bytes. */
    public static MvccConfig forHeap(long maxBytes) {
        return new MvccConfig(
                Math.min(maxBytes / 8, MAX_HOT_KEYS_BYTES),
                Math.min(maxBytes / 8, MAX_VERSION_CACHE_BYTES),
                Math.min(maxBytes / 4, ResponseBody.MAX_BYTES),
                1000,
                Duration.ofMillis(2),
                1_000_000);
    }

    public MvccConfig withCaches(long newHotKeysBytes, long newVersionCacheBytes) {
        return new MvccConfig(
                newHotKeysBytes, newVersionCacheBytes, maxReadBytes, compactionBatch, compactionPause, hashedRecords);
    }

    public MvccConfig withCompaction(int batch, Duration pause) {
        return new MvccConfig(hotKeysBytes, versionCacheBytes, maxReadBytes, batch, pause, hashedRecords);
    }
}
