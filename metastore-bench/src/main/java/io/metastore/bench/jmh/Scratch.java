package io.metastore.bench.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Where benchmarks keep their data: {@code -Dmetastore.bench.dir=…}, by default {@code target} here, not a RAM disk. */
final class Scratch {
    private Scratch() {}

    static Path newDirectory() throws IOException {
        Path parent = Path.of(System.getProperty("metastore.bench.dir", "target"));
        Files.createDirectories(parent);
        return Files.createTempDirectory(parent, "jmh-");
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
