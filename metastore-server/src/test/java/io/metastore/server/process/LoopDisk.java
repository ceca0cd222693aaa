package io.metastore.server.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A disk of its own: ext4 in a file, mounted through a loop device. Its power can be cut: what was not yet on the device
 * is gone, unlike with a kill, which loses nothing that the kernel was given.
 */
public final class LoopDisk implements AutoCloseable {

    private static final long BYTES = 2L << 30;
    /** The last bytes cannot be had at once while somebody else takes some of them, too. */
    private static final long FILLED_BY_WRITING_BYTES = 8L << 20;

    private static final int BLOCK_BYTES = 4096;

    private final Path image;
    private final Path mountPoint;
    private boolean mounted;

    /** Skips the test where this machine has no such disks to give. */
    static LoopDisk create(Path directory) throws IOException {
        Optional<String> missing = missing();
        Binaries.needForFault(missing.isEmpty(), missing.orElse(""));
        try {
            return create(directory.resolve("disk.img"), directory.resolve("disk"));
        } catch (UncheckedIOException e) {
            Binaries.needForFault(false, "power cuts need loop devices: " + e.getMessage());
            throw e;
        }
    }

    /** A new disk whose content is kept in the image file, mounted there. */
    public static LoopDisk create(Path image, Path mountPoint) throws IOException {
        LoopDisk disk = new LoopDisk(image, mountPoint);
        Files.createDirectories(mountPoint);
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(BYTES);
        }
        // Nothing is kept back for root: full is full for whoever writes.
        run("mkfs.ext4", "-q", "-F", "-m", "0", image.toString());
        disk.mount();
        Files.delete(mountPoint.resolve("lost+found"));
        return disk;
    }

    /** What this machine lacks for such disks, as far as that can be told without making one; empty if nothing. */
    public static Optional<String> missing() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return Optional.of("power cuts need root, to mount a disk");
        }
        return Stream.of("losetup", "mkfs.ext4", "mount", "umount", "fallocate", "xfs_io")
                .filter(tool -> Binaries.find(tool).isEmpty())
                .findFirst()
                .map("%s is not installed"::formatted);
    }

    private LoopDisk(Path image, Path mountPoint) {
        this.image = image;
        this.mountPoint = mountPoint;
    }

    Path root() {
        return mountPoint;
    }

    /** Brings all that was written so far onto the device, for those who do not do so themselves. */
    void sync() {
        run("sync", "-f", mountPoint.toString());
    }

    /** As {@link #fail} and {@link #recover}, with what ends the process that uses it in between. */
    void cutPower(Runnable kill) {
        fail();
        kill.run();
        recover();
    }

    /** Stops the file system at once, without writing back anything. Who still uses it gets EIO. */
    public void fail() {
        try {
            Files.writeString(canary(), "not yet on the device");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run("xfs_io", "-x", "-c", "shutdown", mountPoint.toString());
    }

    /**
     * Mounts the failed disk again as after a power cut, when nobody uses it any more. Makes sure that it was one: a file that
     * was never synced must be gone or empty.
     */
    public void recover() {
        unmount();
        mount();
        try {
            if (Files.exists(canary()) && Files.size(canary()) > 0) {
                throw new AssertionError("that was no power cut: a file that was not synced is still there");
            }
            Files.deleteIfExists(canary());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes the space but for so many bytes, until {@link #makeRoom}; answers how many are left now. */
    public long fill(long leftBytes) {
        try {
            long taken = Files.getFileStore(mountPoint).getUsableSpace() - leftBytes - FILLED_BY_WRITING_BYTES;
            run("fallocate", "-l", Long.toString(taken), ballast().toString());
            if (leftBytes == 0) {
                writeUntilFull();
            }
            return Files.getFileStore(mountPoint).getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void writeUntilFull() throws IOException {
        byte[] block = new byte[BLOCK_BYTES];
        try (RandomAccessFile file = new RandomAccessFile(ballast().toFile(), "rw")) {
            file.seek(file.length());
            while (true) {
                file.write(block);
            }
        } catch (IOException full) {
            if (Files.getFileStore(mountPoint).getUsableSpace() > FILLED_BY_WRITING_BYTES / 2) {
                throw full;
            }
        }
    }

    public void makeRoom() {
        try {
            if (Files.deleteIfExists(ballast())) {
                // Or the disk would be full again when the power goes later on.
                try (FileChannel directory = FileChannel.open(mountPoint)) {
                    directory.force(true);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path canary() {
        return mountPoint.resolve("canary");
    }

    private Path ballast() {
        return mountPoint.resolve("ballast");
    }

    @Override
    public void close() {
        if (mounted) {
            unmount();
        }
    }

    private void mount() {
        run("mount", "-o", "loop", image.toString(), mountPoint.toString());
        mounted = true;
    }

    private void unmount() {
        // The kernel may hold the disk for a moment after the last process is gone.
        boolean done = Eventually.holds(Duration.ofSeconds(20), () -> {
            run("umount", mountPoint.toString());
            return true;
        });
        if (!done) {
            throw new AssertionError("cannot unmount " + mountPoint);
        }
        mounted = false;
    }

    private static void run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new UncheckedIOException(new IOException("%s: %s".formatted(List.of(command), output.strip())));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
