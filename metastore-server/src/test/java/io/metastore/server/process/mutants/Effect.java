package io.metastore.server.process.mutants;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * How often a mutant did something else than the server does. Kept in a mapped file of the process, which a kill does not take
 * away. Public for the code that is woven into classes of other packages.
 */
public final class Effect {

    private static final String SUFFIX = ".effect";
    private static final Object LOCK = new Object();

    /** Guarded by LOCK, as are the numbers below. */
    private static @Nullable MappedByteBuffer file;

    private static long calls;
    private static long effects;

    private Effect() {}

    /** In the process that has the defect: where to count. */
    static void countIn(Path directory) {
        Path path = directory.resolve(ProcessHandle.current().pid() + "-" + System.nanoTime() + SUFFIX);
        try (FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            synchronized (LOCK) {
                file = channel.map(MapMode.READ_WRITE, 0, Long.BYTES);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One more. */
    public static void count() {
        synchronized (LOCK) {
            if (file != null) {
                file.putLong(0, ++effects);
            }
        }
    }

    /** True, and counted, each so many calls. */
    static boolean isDue(int each) {
        synchronized (LOCK) {
            if (++calls % each != 0) {
                return false;
            }
            count();
            return true;
        }
    }

    /** The sum over all processes that counted in this directory. */
    public static long countedIn(Path directory) {
        long sum = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path each : files) {
                byte[] bytes = Files.readAllBytes(each);
                sum += bytes.length < Long.BYTES
                        ? 0
                        : java.nio.ByteBuffer.wrap(bytes).getLong();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sum;
    }
}
