package io.metastore.storage.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Puts a checkpoint in the place of a state directory, by renames, so that a crash leaves the old or the new one whole.
 *
 * <p>{@code d.incoming} is being filled; then {@code d} becomes {@code d.replaced} and {@code d.incoming} becomes {@code d}.
 */
final class Replacement {
    private final Path directory;
    private final Path incoming;
    private final Path replaced;

    private Replacement(Path directory) {
        Path absolute = directory.toAbsolutePath();
        this.directory = absolute;
        this.incoming = absolute.resolveSibling(absolute.getFileName() + ".incoming");
        this.replaced = absolute.resolveSibling(absolute.getFileName() + ".replaced");
    }

    /** Copies the checkpoint beside the state. Table files never change, so links do for them. */
    static Replacement prepare(Path directory, Path checkpoint) {
        Replacement replacement = new Replacement(directory);
        try {
            delete(replacement.incoming);
            Files.createDirectories(replacement.incoming);
            try (DirectoryStream<Path> files = Files.newDirectoryStream(checkpoint)) {
                for (Path file : files) {
                    copy(file, replacement.incoming.resolve(file.getFileName()));
                }
            }
            sync(replacement.incoming);
            return replacement;
        } catch (IOException failure) {
            throw new EngineException("cannot copy the checkpoint " + checkpoint, failure);
        }
    }

    /** The state's files must be closed. */
    void swapIn() {
        try {
            delete(replaced);
            Files.move(directory, replaced, StandardCopyOption.ATOMIC_MOVE);
            Files.move(incoming, directory, StandardCopyOption.ATOMIC_MOVE);
            sync(directory.resolveSibling("."));
            delete(replaced);
        } catch (IOException failure) {
            throw new EngineException("cannot replace the state in " + directory, failure);
        }
    }

    /** Undoes or completes what a crash interrupted. */
    static void finish(Path directory) {
        Replacement replacement = new Replacement(directory);
        try {
            if (Files.notExists(replacement.directory) && Files.exists(replacement.replaced)) {
                Files.move(replacement.replaced, replacement.directory, StandardCopyOption.ATOMIC_MOVE);
            }
            delete(replacement.incoming);
            delete(replacement.replaced);
        } catch (IOException failure) {
            throw new EngineException("cannot tidy up beside " + directory, failure);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        String name = from.getFileName().toString();
        if (name.endsWith(".sst") || name.endsWith(".blob")) {
            try {
                Files.createLink(to, from);
                return;
            } catch (IOException | UnsupportedOperationException otherFileSystem) {
                // copied below
            }
        }
        Files.copy(from, to);
        sync(to);
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void delete(Path directory) throws IOException {
        if (Files.notExists(directory)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
