package io.metastore.bench.compare;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A server program that takes etcd's flags, and what it is called in the report. */
record Contender(String name, Path binary, List<String> extraArguments) {
    /** Our server as a build leaves it, seen from the project's root and from a module. */
    static final List<Path> BUILT = List.of(
            Path.of("metastore-server", "target", "metastore", "bin", "metastore"),
            Path.of("..", "metastore-server", "target", "metastore", "bin", "metastore"));

    Contender {
        extraArguments = List.copyOf(extraArguments);
        if (!Files.isExecutable(binary)) {
            throw new IllegalArgumentException(name + ": no executable " + binary);
        }
    }

    /** The program as given, else the first of that name on PATH. */
    static Contender of(String name, @Nullable Path binary, List<Path> usualPlaces, List<String> extraArguments) {
        if (binary != null) {
            return new Contender(name, binary.toAbsolutePath(), extraArguments);
        }
        for (Path place : usualPlaces) {
            if (Files.isExecutable(place)) {
                return new Contender(name, place.toAbsolutePath(), extraArguments);
            }
        }
        String path = System.getenv().getOrDefault("PATH", "");
        for (String dir : path.split(File.pathSeparator, -1)) {
            Path candidate = Path.of(dir, name);
            if (!dir.isEmpty() && Files.isExecutable(candidate)) {
                return new Contender(name, candidate, extraArguments);
            }
        }
        throw new IllegalArgumentException("no program %s on PATH: say where with --%s".formatted(name, name));
    }

    /** What {@code --version} prints first. */
    String version() throws IOException {
        Process process = new ProcessBuilder(binary.toString(), "--version")
                .redirectErrorStream(true)
                .start();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                return "unknown";
            }
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return text.lines().findFirst().orElse("unknown");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }
}
