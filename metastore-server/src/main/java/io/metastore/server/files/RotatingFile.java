package io.metastore.server.files;

import io.metastore.server.config.LogRotation;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A log file that is set aside when it is full: {@code etcd.log} becomes {@code etcd-2026-01-31T23-59-59.000.log} and a new
 * one begins, as etcd's do (lumberjack.v2). A line is never split over two files. A first file is its owner's alone; those
 * after it are whose it was. What is no file but a pipe is written to and never set aside.
 *
 * <p>Written by one thread at a time. What is set aside is compressed and thinned out on a thread of its own: whoever logs
 * does not wait for that.
 */
public final class RotatingFile extends OutputStream {
    private static final DateTimeFormatter SET_ASIDE_AT = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss.SSS");
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final String COMPRESSED = ".gz";

    private final Path file;
    private final LogRotation rotation;
    private final InstantSource clock;
    private final ZoneId zone;
    private final boolean regular;
    private OutputStream out;
    private long bytes;
    private @Nullable Thread tidying;

    private RotatingFile(Path file, LogRotation rotation, InstantSource clock) throws IOException {
        this.file = file.toAbsolutePath();
        this.rotation = rotation;
        this.clock = clock;
        this.zone = rotation.localTime() ? ZoneId.systemDefault() : ZoneOffset.UTC;
        this.regular = !Files.exists(file) || Files.isRegularFile(file);
        this.out = regular ? appending(file, OWNER_ONLY) : pipe(file);
        this.bytes = regular ? Files.size(file) : 0;
    }

    /**
     * What is appended to a file, which is made if it is not there.
     *
     * @param mode of a new file, where the file system knows modes
     */
    private static OutputStream appending(Path file, Set<PosixFilePermission> mode) throws IOException {
        Set<OpenOption> options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return Channels.newOutputStream(
                knowsModes(file)
                        ? Files.newByteChannel(file, options, PosixFilePermissions.asFileAttribute(mode))
                        : Files.newByteChannel(file, options));
    }

    /** Opened for reading too, because that waits for nobody on the other end; and a write that waits can be interrupted. */
    private static OutputStream pipe(Path file) throws IOException {
        return Channels.newOutputStream(Files.newByteChannel(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    private static boolean knowsModes(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static Set<PosixFilePermission> modeOf(Path file) throws IOException {
        return knowsModes(file) ? Files.getPosixFilePermissions(file) : OWNER_ONLY;
    }

    public static RotatingFile open(Path file, LogRotation rotation) throws IOException {
        return open(file, rotation, InstantSource.system());
    }

    static RotatingFile open(Path file, LogRotation rotation, InstantSource clock) throws IOException {
        return new RotatingFile(file, rotation, clock);
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] line, int from, int length) throws IOException {
        if (regular && bytes > 0 && bytes + length > rotation.maxBytes()) {
            rotate();
        }
        out.write(line, from, length);
        bytes += length;
    }

    private void rotate() throws IOException {
        out.close();
        Set<PosixFilePermission> mode = modeOf(file);
        Path aside = file.resolveSibling(nameAt(clock.instant()));
        if (!Files.exists(aside)) {
            Files.move(file, aside);
        }
        // Of two rotations in one millisecond the second only goes on with the file it has.
        out = appending(file, mode);
        bytes = Files.size(file);
        if (tidying == null || !tidying.isAlive()) {
            tidying = new Thread(this::tidy, "log-files");
            tidying.setDaemon(true);
            tidying.start();
        }
    }

    private String nameAt(Instant instant) {
        return prefix() + SET_ASIDE_AT.format(instant.atZone(zone)) + extension();
    }

    private String prefix() {
        String name = String.valueOf(file.getFileName());
        return name.substring(0, name.length() - extension().length()) + "-";
    }

    private String extension() {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot);
    }

    /** A file set aside, and when. */
    private record Aside(Path path, Instant at) {}

    private void tidy() {
        try {
            List<Aside> newestFirst = setAside();
            for (int i = 0; i < newestFirst.size(); i++) {
                Aside aside = newestFirst.get(i);
                boolean tooMany = rotation.maxBackups() > 0 && i >= rotation.maxBackups();
                boolean tooOld = rotation.maxAgeDays() > 0
                        && aside.at().isBefore(clock.instant().minus(Duration.ofDays(rotation.maxAgeDays())));
                if (tooMany || tooOld) {
                    Files.deleteIfExists(aside.path());
                } else if (rotation.compress() && !aside.path().toString().endsWith(COMPRESSED)) {
                    compress(aside.path());
                }
            }
        } catch (IOException failure) {
            // The log itself cannot be used to tell; it goes on.
            System.err.println("log files of " + file + " not tidied: " + failure);
        }
    }

    private List<Aside> setAside() throws IOException {
        List<Aside> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(file.resolveSibling("."))) {
            for (Path path : files.toList()) {
                String name = String.valueOf(path.getFileName());
                String plain =
                        name.endsWith(COMPRESSED) ? name.substring(0, name.length() - COMPRESSED.length()) : name;
                if (plain.startsWith(prefix()) && plain.endsWith(extension())) {
                    Instant at = instantOf(plain.substring(
                            prefix().length(), plain.length() - extension().length()));
                    if (at != null) {
                        found.add(new Aside(path, at));
                    }
                }
            }
        }
        found.sort(Comparator.comparing(Aside::at).reversed());
        return found;
    }

    private @Nullable Instant instantOf(String text) {
        try {
            return LocalDateTime.parse(text, SET_ASIDE_AT).atZone(zone).toInstant();
        } catch (DateTimeParseException anotherFile) {
            return null;
        }
    }

    private static void compress(Path path) throws IOException {
        Path compressed = path.resolveSibling(path.getFileName() + COMPRESSED);
        Files.deleteIfExists(compressed);
        try (InputStream in = Files.newInputStream(path);
                OutputStream gzip = new GZIPOutputStream(appending(compressed, modeOf(path)))) {
            in.transferTo(gzip);
        }
        Files.delete(path);
    }

    /** For tests: waits until what was set aside is tidied. */
    void awaitTidied() throws InterruptedException {
        Thread thread = tidying;
        if (thread != null) {
            thread.join();
        }
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
