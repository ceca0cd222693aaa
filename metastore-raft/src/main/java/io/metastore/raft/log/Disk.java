package io.metastore.raft.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.LongConsumer;

/** File operations of the log that must reach the device, or, without fsync, must not wait for it. */
final class Disk {

    private static final FileAttribute<?>[] PRIVATE_DIRECTORY = attributes("rwx------");
    private static final FileAttribute<?>[] PRIVATE_FILE = attributes("rw-------");

    private final boolean fsync;
    private final LongConsumer syncNanos;

    /**
     * @param syncNanos told how long each sync of records took
     */
    Disk(boolean fsync, LongConsumer syncNanos) {
        this.fsync = fsync;
        this.syncNanos = syncNanos;
    }

    private static FileAttribute<?>[] attributes(String permissions) {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    static void createDirectories(Path dir) throws IOException {
        Files.createDirectories(dir, PRIVATE_DIRECTORY);
    }

    static FileChannel openNew(Path file) throws IOException {
        Set<OpenOption> options = Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE,
                StandardOpenOption.READ);
        return FileChannel.open(file, options, PRIVATE_FILE);
    }

    static FileChannel openOrCreate(Path file) throws IOException {
        Set<OpenOption> options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
        return FileChannel.open(file, options, PRIVATE_FILE);
    }

    static FileChannel openToWrite(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.READ);
    }

    static void writeFully(FileChannel channel, ByteBuffer source, long position) throws IOException {
        long at = position;
        while (source.hasRemaining()) {
            at += channel.write(source, at);
        }
    }

    /** Content, and as much of the metadata as reading it back needs. */
    void force(FileChannel channel) throws IOException {
        if (fsync) {
            channel.force(false);
        }
    }

    /** As {@link #force}, of records that somebody waits for. */
    void syncRecords(FileChannel channel) throws IOException {
        long start = System.nanoTime();
        force(channel);
        syncNanos.accept(System.nanoTime() - start);
    }

    void forceWithMetadata(FileChannel channel) throws IOException {
        if (fsync) {
            channel.force(true);
        }
    }

    void forceDirectory(Path dir) throws IOException {
        if (fsync) {
            try (FileChannel channel = FileChannel.open(dir, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Path dir = to.getParent();
        if (dir != null) {
            forceDirectory(dir);
        }
    }
}
