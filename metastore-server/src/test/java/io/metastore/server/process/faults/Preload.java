package io.metastore.server.process.faults;

import io.metastore.server.process.Binaries;
import io.metastore.server.process.Program;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The faults that one process has of its own: the wall clock that it reads, the syncs that fail. A library in C, between the
 * process and the system's, looks at a mapped file where these are set, and counts there what it did. Timers run by another
 * clock and are left alone.
 */
final class Preload {

    private static final String SOURCE = "preload.c";
    private static final String VARIABLE = "METASTORE_TEST_FAULTS";

    private static final int CLOCK_OFFSET = 0;
    private static final int CLOCK_READINGS = 8;
    private static final int SYNCS_TO_FAIL = 16;
    private static final int SYNCS_FAILED = 24;
    private static final int FILES = 32;
    private static final int BYTES = 96;

    private final Path library;
    private final Path control;
    private final MappedByteBuffer mapped;

    private Preload(Path library, Path control) {
        this.library = library;
        this.control = control;
        try (FileChannel channel = FileChannel.open(
                control, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            mapped = channel.map(MapMode.READ_WRITE, 0, BYTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        mapped.order(ByteOrder.nativeOrder());
    }

    /** What this machine lacks for it; empty if nothing. */
    static Optional<String> missing() {
        return compiler().isPresent() ? Optional.empty() : Optional.of("no C compiler is installed");
    }

    /** Compiles the library. */
    static Path compile(Path directory) {
        Path source = directory.resolve(SOURCE);
        Path library = directory.resolve("preload.so");
        try (InputStream in = Preload.class.getResourceAsStream(SOURCE)) {
            Files.write(source, in.readAllBytes());
            Process compiler = new ProcessBuilder(
                            compiler().orElseThrow().toString(),
                            "-shared",
                            "-fPIC",
                            "-O2",
                            "-Wall",
                            "-Werror",
                            "-o",
                            library.toString(),
                            source.toString(),
                            "-ldl")
                    .redirectErrorStream(true)
                    .start();
            String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!compiler.waitFor(60, TimeUnit.SECONDS) || compiler.exitValue() != 0) {
                throw new AssertionError(source + " does not compile: " + said);
            }
            return library;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** For one member, whose control file this is. */
    static Preload of(Path library, Path control) {
        return new Preload(library, control);
    }

    /** The program with the library before all others. */
    Program in(Program program) {
        return program.withEnvironment("LD_PRELOAD", library.toString()).withEnvironment(VARIABLE, control.toString());
    }

    /** Shifts the wall clock that the process reads from now on. */
    void shiftClock(Duration offset) {
        mapped.putLong(CLOCK_OFFSET, offset.toNanos());
    }

    /** How often the process has read a clock that was shifted. */
    long shiftedReadings() {
        return mapped.getLong(CLOCK_READINGS);
    }

    /** The next sync of a file whose path has this in it fails with EIO, without syncing anything. */
    void failNextSync(String pathPart) {
        byte[] part = (pathPart + '\0').getBytes(StandardCharsets.US_ASCII);
        mapped.put(FILES, part, 0, part.length);
        mapped.putLong(SYNCS_TO_FAIL, 1);
    }

    long failedSyncs() {
        return mapped.getLong(SYNCS_FAILED);
    }

    private static Optional<Path> compiler() {
        return Stream.of("cc", "gcc", "clang")
                .map(Binaries::find)
                .flatMap(Optional::stream)
                .findFirst();
    }
}
