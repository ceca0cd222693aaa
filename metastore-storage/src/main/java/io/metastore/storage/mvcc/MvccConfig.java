package io.metastore.storage.mvcc;

import java.time.Duration;

/**
 * Heap for keys that are read and for the versions of keys that are written, and the pace at which compaction erases: {@code compactionBatch} records, then a pause. Compactions
 * of more than {@code hashedRecords} records leave out their hash.
 */
public record MvccConfig(
        long hotKeysBytes, long versionCacheBytes, int compactionBatch, Duration compactionPause, long hashedRecords) {

    public static final MvccConfig DEFAULT =
            new MvccConfig(64L << 20, 48L << 20, 1000, Duration.ofMillis(2), 1_000_000);

    public MvccConfig {
        if (hotKeysBytes < 0
                || versionCacheBytes < 0
                || compactionBatch < 1
                || compactionPause.isNegative()
                || hashedRecords < 0) {
            throw new IllegalArgumentException(
                    "hot keys %d bytes, versions %d bytes, compaction batch %d, pause %s, hashed records %d"
                            .formatted(
                                    hotKeysBytes, versionCacheBytes, compactionBatch, compactionPause, hashedRecords));
        }
    }

    public MvccConfig withCaches(long newHotKeysBytes, long newVersionCacheBytes) {
        return new MvccConfig(newHotKeysBytes, newVersionCacheBytes, compactionBatch, compactionPause, hashedRecords);
    }

    public MvccConfig withCompaction(int batch, Duration pause) {
        return new MvccConfig(hotKeysBytes, versionCacheBytes, batch, pause, hashedRecords);
    }
}
