package io.metastore.storage.mvcc;

import java.time.Duration;

/**
 * Heap for records of keys that are lately written or read, and disk for those that do not stay there, in bytes and taken as
 * they are needed; what one read may hold; and the pace at which compaction erases: {@code compactionBatch} records, then a pause. Compactions of more than
 * {@code hashedRecords} records leave out their hash.
 */
public record MvccConfig(
        long cacheBytes,
        long spillBytes,
        long maxReadBytes,
        int compactionBatch,
        Duration compactionPause,
        long hashedRecords) {

    private static final long MAX_CACHE_BYTES = 192L << 20;
    /** Enough for twenty million records of two hundred bytes. */
    private static final long SPILL_BYTES = 4L << 30;

    public static final MvccConfig DEFAULT = forHeap(512L << 20);

    public MvccConfig {
        if (cacheBytes < 0
                || spillBytes < 0
                || maxReadBytes < 1
                || compactionBatch < 1
                || compactionPause.isNegative()
                || hashedRecords < 0) {
            throw new IllegalArgumentException(
                    "cache %d bytes, file beside it %d bytes, reads %d bytes, compaction batch %d, pause %s, hashed records %d"
                            .formatted(
                                    cacheBytes,
                                    spillBytes,
                                    maxReadBytes,
                                    compactionBatch,
                                    compactionPause,
                                    hashedRecords));
        }
    }

    /** For a process whose heap can grow to so many bytes. */
    public static MvccConfig forHeap(long maxBytes) {
        return new MvccConfig(
                Math.min(maxBytes / 8, MAX_CACHE_BYTES),
                SPILL_BYTES,
                Math.min(maxBytes / 4, ResponseBody.MAX_BYTES),
                1000,
                Duration.ofMillis(2),
                1_000_000);
    }

    public MvccConfig withCache(long newCacheBytes, long newSpillBytes) {
        return new MvccConfig(
                newCacheBytes, newSpillBytes, maxReadBytes, compactionBatch, compactionPause, hashedRecords);
    }

    public MvccConfig withCompaction(int batch, Duration pause) {
        return new MvccConfig(cacheBytes, spillBytes, maxReadBytes, batch, pause, hashedRecords);
    }
}
