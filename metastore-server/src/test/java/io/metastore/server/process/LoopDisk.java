package io.metastore.server.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A disk of its own: ext4 in a file, mounted through a loop device. Its power can be cut: what was not yet on the device
 * is gone, unlike with a kill, which loses nothing that the kernel was given.
 */
final class LoopDisk implements AutoCloseable {

    private static final long BYTES = 2L << 30;

    private final Path image;
    private final Path mountPoint;
    private boolean mounted;

    /** Skips the test where this machine has no such disks to give. */
    static LoopDisk create(Path directory) throws IOException {
        Binaries.needForFault("root".equals(System.getProperty("user.name")), "power cuts need root, to mount a disk");
        for (String tool : List.of("losetup", "mkfs.ext4", "mount", "umount", "xfs_io")) {
            Binaries.tool(tool);
        }
        LoopDisk disk = new LoopDisk(directory.resolve("disk.img"), directory.resolve("disk"));
        Files.createDirectory(disk.mountPoint);
        try (RandomAccessFile file = new RandomAccessFile(disk.image.toFile(), "rw")) {
            file.setLength(BYTES);
        }
        run("mkfs.ext4", "-q", "-F", disk.image.toString());
        try {
            disk.mount();
        } catch (UncheckedIOException e) {
            Binaries.needForFault(false, "power cuts need loop devices: " + e.getMessage());
        }
        return disk;
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

    /**
     * Stops the file system at once, without writing back anything; then ends the process that uses it, and mounts the disk
     * again as after a power cut. Makes sure that it was one: a file that was never synced must be gone or empty.
     */
    void cutPower(Runnable kill) {
        try {
            Path canary = mountPoint.resolve("canary");
            Files.writeString(canary, "not yet on the device");
            run("xfs_io", "-x", "-c", "shutdown", mountPoint.toString());
            kill.run();
            unmount();
            mount();
            if (Files.exists(canary) && Files.size(canary) > 0) {
                throw new AssertionError("that was no power cut: a file that was not synced is still there");
            }
            Files.deleteIfExists(canary);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
