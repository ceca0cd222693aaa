package io.metastore.bench.measure;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.HdrHistogram.Histogram;

/** How long the disk takes to make 4 KiB at the end of a growing file durable. */
public final class DiskProbe {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private DiskProbe() {}

    public static Latency run(Path dir, int writes) throws IOException {
        Histogram histogram = Latency.newHistogram();
        Path file = Files.createTempFile(dir, "fdatasync", ".probe");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer block = ByteBuffer.allocateDirect(4096);
            long end = System.nanoTime() + LIMIT.toNanos();
            for (int i = 0; i < writes && System.nanoTime() < end; i++) {
                long start = System.nanoTime();
                block.clear();
                while (block.hasRemaining()) {
                    channel.write(block);
                }
                channel.force(false);
                Latency.record(histogram, System.nanoTime() - start);
            }
        } finally {
            Files.deleteIfExists(file);
        }
        return Latency.of(histogram);
    }
}
