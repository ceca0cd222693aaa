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

/** File operations of the log that must reach the device, or, without fsync, must not wait for it. */
final class Disk {

    private static final FileAttribute<?>[] PRIVATE_DIRECTORY = attributes("rwx------");
    private static final FileAttribute<?>[] PRIVATE_FILE = attributes("rw-------");

    private final boolean fsync;
    private final LogObserver observer;

    /**
     * @param observer told how long each write and sync of records took
     */
    Disk(boolean fsync, LogObserver observer) {
        this.fsync = fsync;
        this.observer = observer;
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

    /** Writes records that somebody waits for, and forces them to the device. */
    void writeRecords(FileChannel channel, ByteBuffer records, long position) throws IOException {
        int bytes = records.remaining();
        long start = System.nanoTime();
        writeFully(channel, records, position);
        long written = System.nanoTime();
        observer.written(bytes, written - start);
        force(channel);
        observer.synced(System.nanoTime() - written);
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
