package io.metastore.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What one disk was made to write so far, by whomever. What the kernel charges to a process will not do: it counts whole
 * page-cache units, which for a small change in a large preallocated file is a hundred times what is written.
 */
public record DiskUse(long writtenBytes, long writes, long flushes, long readBytes) {
    private static final int SECTOR_BYTES = 512;
    private static final int SECTORS_READ = 5;
    private static final int WRITES = 7;
    private static final int SECTORS_WRITTEN = 9;
    private static final int FLUSHES = 18;

    /** Of the disk that holds the file; empty if that is not a disk of its own, as with overlays. */
    public static Optional<DiskUse> of(Path file) throws IOException {
        return parse(
                ProcessUsage.read(Path.of("/proc/diskstats")),
                ((Number) Files.getAttribute(file, "unix:dev")).longValue());
    }

    public DiskUse since(DiskUse earlier) {
        return new DiskUse(
                writtenBytes - earlier.writtenBytes,
                writes - earlier.writes,
                flushes - earlier.flushes,
                readBytes - earlier.readBytes);
    }

    static Optional<DiskUse> parse(String diskstats, long device) {
        String major = Long.toString((device >>> 8) & 0xfff);
        String minor = Long.toString((device & 0xff) | ((device >>> 12) & 0xfff00));
        for (String line : diskstats.lines().toList()) {
            String[] fields = line.trim().split("\\s+", -1);
            if (fields.length > FLUSHES && fields[0].equals(major) && fields[1].equals(minor)) {
                return Optional.of(new DiskUse(
                        Long.parseLong(fields[SECTORS_WRITTEN]) * SECTOR_BYTES,
                        Long.parseLong(fields[WRITES]),
                        Long.parseLong(fields[FLUSHES]),
                        Long.parseLong(fields[SECTORS_READ]) * SECTOR_BYTES));
            }
        }
        return Optional.empty();
    }
}
