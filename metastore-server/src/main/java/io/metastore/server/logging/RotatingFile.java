package io.metastore.server.logging;

import io.metastore.server.config.LogRotation;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A log file that is set aside when it is full: {@code etcd.log} becomes {@code etcd-2026-01-31T23-59-59.000.log} and a new
 * one begins, as etcd's do (lumberjack.v2). A line is never split over two files.
 *
 * <p>Written by one thread at a time. What is set aside is compressed and thinned out on a thread of its own: whoever logs
 * does not wait for that.
 */
final class RotatingFile extends OutputStream {
    private static final DateTimeFormatter SET_ASIDE_AT = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss.SSS");
    private static final String COMPRESSED = ".gz";

    private final Path file;
    private final LogRotation rotation;
    private final InstantSource clock;
    private final ZoneId zone;
    private OutputStream out;
    private long bytes;
    private @Nullable Thread tidying;

    private RotatingFile(Path file, LogRotation rotation, InstantSource clock) throws IOException {
        this.file = file.toAbsolutePath();
        this.rotation = rotation;
        this.clock = clock;
        this.zone = rotation.localTime() ? ZoneId.systemDefault() : ZoneOffset.UTC;
        this.out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        this.bytes = Files.size(file);
    }

    static RotatingFile open(Path file, LogRotation rotation) throws IOException {
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
        if (bytes > 0 && bytes + length > rotation.maxBytes()) {
            rotate();
        }
        out.write(line, from, length);
        bytes += length;
    }

    private void rotate() throws IOException {
        out.close();
        Path aside = file.resolveSibling(nameAt(clock.instant()));
        if (!Files.exists(aside)) {
            Files.move(file, aside);
        }
        // Of two rotations in one millisecond the second only goes on with the file it has.
        out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
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
        try (InputStream in = Files.newInputStream(path);
                OutputStream gzip = new GZIPOutputStream(Files.newOutputStream(compressed))) {
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
