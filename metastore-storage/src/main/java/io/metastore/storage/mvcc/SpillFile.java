package io.metastore.storage.mvcc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file for what a cache cannot hold in memory, read by position: from the page cache that costs about a microsecond. It has no
 * name, so nothing of it is left when the process ends, however it ends, and it is never synced. All threads.
 *
 * <p>It is only a cache: when the disk refuses it, it is given up, and everything goes on without it.
 */
final class SpillFile implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SpillFile.class);
    private static final String NAME = "SPILL";
    private static final long MIN_BYTES = 64L << 20;
    /** Of what is free on the disk. */
    private static final int SHARE_OF_FREE = 8;

    /** A read that took longer has waited for the disk, or its thread for a processor. */
    private static final long SLOW_NANOS = 500_000;

    // Threads wait for processors now and then; only where more than one read of so many is slow, it is the disk.
    private static final int POINTS = 64;
    private static final int SLOW_POINTS = 4 * POINTS;
    private static final int MAX_POINTS = 16 * POINTS;

    private final FileChannel channel;
    private final long capacity;
    // Up by POINTS for each slow read, down by one for each other. Written without order: a few may be lost.
    private volatile int slowness;
    private volatile boolean givenUp;

    private SpillFile(FileChannel channel, long capacity) {
        this.channel = channel;
        this.capacity = capacity;
    }

    /**
     * Makes an empty one of up to {@code maxBytes}, less where the disk has little room. It takes that room as it fills.
     *
     * @return null if there is no room, or the disk refuses
     */
    static @Nullable SpillFile open(Path directory, long maxBytes) {
        try {
            long capacity = Math.min(maxBytes, Files.getFileStore(directory).getUsableSpace() / SHARE_OF_FREE);
            if (capacity < Math.min(MIN_BYTES, maxBytes) || maxBytes == 0) {
                return null;
            }
            Path file = directory.resolve(NAME);
            FileChannel channel = FileChannel.open(
                    file,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            Files.delete(file);
            return new SpillFile(channel, capacity);
        } catch (IOException failure) {
            log.warn("no file beside the cache in {}", directory, failure);
            return null;
        }
    }

    long capacity() {
        return capacity;
    }

    /** Whether reads have lately waited for the disk. */
    boolean isSlow() {
        return slowness >= SLOW_POINTS;
    }

    /** Fills {@code target} from {@code position} on as far as there are bytes, and returns how far; -1 if given up. */
    int read(byte[] target, int from, int to, long position) {
        if (givenUp) {
            return -1;
        }
        try {
            long begin = System.nanoTime();
            ByteBuffer buffer = ByteBuffer.wrap(target, from, to - from);
            int read = channel.read(buffer, position);
            while (read > 0 && buffer.hasRemaining()) {
                read = channel.read(buffer, position + buffer.position() - from);
            }
            judge(System.nanoTime() - begin);
            return buffer.position() - from;
        } catch (IOException failure) {
            giveUp(failure);
            return -1;
        }
    }

    /** Whether that was written. */
    boolean write(byte[] source, int length, long position) {
        if (givenUp) {
            return false;
        }
        try {
            ByteBuffer buffer = ByteBuffer.wrap(source, 0, length);
            while (buffer.hasRemaining()) {
                channel.write(buffer, position + buffer.position());
            }
            return true;
        } catch (IOException failure) {
            giveUp(failure);
            return false;
        }
    }

    @Override
    public void close() {
        givenUp = true;
        try {
            channel.close();
        } catch (IOException failure) {
            log.warn("closing the file beside the cache", failure);
        }
    }

    private void judge(long nanos) {
        int points = slowness;
        if (nanos > SLOW_NANOS) {
            slowness = Math.min(points + POINTS, MAX_POINTS);
        } else if (points > 0) {
            slowness = points - 1;
        }
    }

    private void giveUp(IOException failure) {
        if (!givenUp) {
            givenUp = true;
            log.warn("the file beside the cache is given up: reads of rarely used keys get slower", failure);
        }
    }
}
