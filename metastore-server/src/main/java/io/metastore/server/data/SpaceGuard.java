package io.metastore.server.data;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the room left where a member writes, so that growing writes are refused before the disk is full.
 *
 * <p>Looked at about once a second by the maintenance thread; read by all.
 */
public final class SpaceGuard {
    private static final Logger LOG = LoggerFactory.getLogger(SpaceGuard.class);
    private static final long LEAST_FREE_BYTES = 512L << 20;
    private static final int LEAST_FREE_PERCENT = 5;

    private final Path watched;
    private final long leastFreeBytes;
    private volatile boolean full;

    private SpaceGuard(Path watched, long leastFreeBytes) {
        this.watched = watched;
        this.leastFreeBytes = leastFreeBytes;
    }

    /** Wants 5 % of the file system free and 512 MiB, but never more than half of a small file system. */
    public static SpaceGuard of(Path watched) throws IOException {
        long total = Files.getFileStore(watched).getTotalSpace();
        long least = Math.max(LEAST_FREE_BYTES, total / 100 * LEAST_FREE_PERCENT);
        return new SpaceGuard(watched, Math.min(least, total / 8));
    }

    /** Looks again; true when the disk has just become too full. */
    public boolean check() {
        try {
            FileStore store = Files.getFileStore(watched);
            long free = store.getUsableSpace();
            boolean before = full;
            full = free < leastFreeBytes;
            if (full && !before) {
                LOG.warn(
                        "disk is nearly full, writes are refused dir={} free={} least={}",
                        watched,
                        free,
                        leastFreeBytes);
            }
            return full && !before;
        } catch (IOException failure) {
            LOG.warn("cannot tell the free space of {}", watched, failure);
            return false;
        }
    }

    /** Is there too little room for writes that grow the data? */
    public boolean isFull() {
        return full;
    }
}
