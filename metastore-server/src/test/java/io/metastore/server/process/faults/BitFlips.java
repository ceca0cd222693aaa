package io.metastore.server.process.faults;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Single bits of files, chosen once and turned over once. */
final class BitFlips {

    /** Bytes of a file that count. */
    record Range(Path file, long offset, long length) {}

    private final Map<Path, Map<Long, Integer>> masks = new LinkedHashMap<>();

    private BitFlips() {}

    /** So many bits, no byte twice; each range is as likely as the others. */
    static BitFlips among(List<Range> ranges, int bits, Random random) {
        BitFlips flips = new BitFlips();
        for (int i = 0; i < bits; i++) {
            Range range = ranges.get(random.nextInt(ranges.size()));
            long offset = range.offset + random.nextLong(range.length);
            flips.masks.computeIfAbsent(range.file, file -> new TreeMap<>()).put(offset, 1 << random.nextInt(8));
        }
        return flips;
    }

    /** Fails if not exactly these bits read otherwise than before. */
    void inflict() {
        masks.forEach((path, bytes) -> bytes.forEach((offset, mask) -> {
            try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
                int before = at(file, offset);
                file.seek(offset);
                file.write(before ^ mask);
                if (at(file, offset) != (before ^ mask)) {
                    throw new AssertionError("the bit of %s at %d did not flip".formatted(path, offset));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }));
    }

    private static int at(RandomAccessFile file, long offset) throws IOException {
        file.seek(offset);
        int value = file.read();
        if (value < 0) {
            throw new AssertionError("nothing at offset " + offset);
        }
        return value;
    }

    @Override
    public String toString() {
        List<String> places = new ArrayList<>();
        masks.forEach((file, bytes) -> places.add("%s at %s".formatted(file.getFileName(), bytes.keySet())));
        return "bits flipped in " + String.join(", ", places);
    }
}
