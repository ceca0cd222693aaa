package io.metastore.raft;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Where a member keeps what, and how files and directories reach the device. */
final class Directories {

    private static final FileAttribute<?>[] PRIVATE =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                    ? new FileAttribute<?>[] {
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                    }
                    : new FileAttribute<?>[0];

    private Directories() {}

    static Path log(Path dir) {
        return dir.resolve("log");
    }

    static Path meta(Path dir) {
        return dir.resolve("meta");
    }

    static Path snapshot(Path dir) {
        return dir.resolve("snapshot");
    }

    static void create(Path dir) throws IOException {
        boolean isNew = !Files.exists(dir);
        for (Path each : new Path[] {dir, log(dir), meta(dir), snapshot(dir)}) {
            Files.createDirectories(each, PRIVATE);
        }
        force(dir);
        Path parent = dir.toAbsolutePath().getParent();
        if (isNew && parent != null) {
            force(parent);
        }
    }

    /** Forces a file or a directory. */
    static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
