package io.metastore.raft.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the next segment ready before it is needed, made of a dropped one where there is one, so that the writing thread
 * neither fills a file nor waits for a directory. Files are made on one background thread.
 */
final class SegmentSupply {

    private static final Logger log = LoggerFactory.getLogger(SegmentSupply.class);

    private static final int FILL_BYTES = 1 << 20;
    private static final int FORCE_EVERY_BYTES = 4 << 20;
    private static final int MAX_FREE_FILES = 2;

    private final Path dir;
    private final Disk disk;
    private final ExecutorService background;

    /** Files without a place in the log, to be made segments again. The background thread. */
    private final Deque<Path> free = new ArrayDeque<>();

    /** Being made, or ready. The writing thread. */
    private @Nullable Future<Segment> next;

    SegmentSupply(Path dir, Disk disk, ExecutorService background) {
        this.dir = dir;
        this.disk = disk;
        this.background = background;
    }

    void deleteLeftovers() throws IOException {
        try (var files = Files.newDirectoryStream(dir, "*.free")) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    boolean isPreparing() {
        return next != null;
    }

    void offer(Segment ready) {
        next = CompletableFuture.completedFuture(ready);
    }

    void prepare(long id, long size) {
        next = background.submit(() -> make(id, size, free.pollFirst()));
    }

    /** The segment {@code id} with room for at least {@code minSize} bytes; waits if it is not ready. */
    Segment take(long id, long size, long minSize) throws IOException {
        Future<Segment> pending = next;
        next = null;
        if (pending != null) {
            Segment segment = await(pending);
            if (segment != null && segment.size >= minSize) {
                return segment;
            }
            if (segment != null) {
                segment.close();
            }
        }
        return make(id, Math.max(size, minSize), null);
    }

    private static @Nullable Segment await(Future<Segment> pending) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return pending.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    log.warn("segment could not be prepared, trying again", e.getCause());
                    return null;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Gives back segments that hold nothing alive, oldest first. */
    void retire(List<Segment> dead) {
        for (Segment segment : dead) {
            background.execute(() -> {
                try {
                    segment.close();
                    Path file = dir.resolve("%016x.free".formatted(segment.id));
                    // Durable one by one: a log that lacks a segment in the middle would look damaged.
                    disk.rename(segment.file, file);
                    if (free.size() < MAX_FREE_FILES) {
                        free.addLast(file);
                    } else {
                        Files.delete(file);
                    }
                } catch (IOException e) {
                    log.warn("segment could not be dropped file={}", segment.file, e);
                }
            });
        }
    }

    Segment make(long id, long size, @Nullable Path recycled) throws IOException {
        Path file = dir.resolve("%016x.tmp".formatted(id));
        boolean filled = recycled != null && Files.size(recycled) == size;
        if (recycled != null) {
            if (filled) {
                disk.rename(recycled, file);
            } else {
                Files.delete(recycled);
            }
        }
        try (FileChannel channel = filled ? Disk.openToWrite(file) : Disk.openNew(file)) {
            if (!filled) {
                fill(channel, size);
            }
            Segment.writeHeader(channel, id, size);
            disk.forceWithMetadata(channel);
        }
        Path target = Segment.fileOf(dir, id);
        disk.rename(file, target);
        return Segment.open(target, id);
    }

    private void fill(FileChannel channel, long size) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(FILL_BYTES, size));
        long unforced = 0;
        for (long at = 0; at < size; ) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), size - at));
            int length = zeros.remaining();
            Disk.writeFully(channel, zeros, at);
            at += length;
            unforced += length;
            if (unforced >= FORCE_EVERY_BYTES) {
                disk.force(channel);
                unforced = 0;
            }
        }
    }

    /** Called once the background thread is done. */
    void close() throws IOException {
        Future<Segment> pending = next;
        if (pending != null && pending.isDone() && !pending.isCancelled()) {
            Segment segment = await(pending);
            if (segment != null) {
                segment.close();
            }
        }
    }
}
