package io.metastore.bench.arena;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A server program that takes etcd's flags.
 *
 * @param name what it is called in the report
 * @param environment what is added to that of this process
 * @param certificate what it shows its clients over TLS; null: it serves them in the clear
 */
public record Contender(
        String name,
        Path binary,
        List<String> extraArguments,
        Map<String, String> environment,
        @Nullable ServerCertificate certificate) {
    /** Our server as a build leaves it, seen from the project's root and from a module. */
    public static final List<Path> BUILT = List.of(
            Path.of("metastore-server", "target", "metastore", "bin", "metastore"),
            Path.of("..", "metastore-server", "target", "metastore", "bin", "metastore"));

    private static final Pattern SERVER_JAR = Pattern.compile("metastore-server-(.*)\\.jar");
    private static final String JAVA_OPTIONS = "METASTORE_JAVA_OPTS";

    public Contender {
        extraArguments = List.copyOf(extraArguments);
        environment = Map.copyOf(environment);
        if (!Files.isExecutable(binary)) {
            throw new IllegalArgumentException(name + ": no executable " + binary);
        }
    }

    public Contender(String name, Path binary, List<String> extraArguments) {
        this(name, binary, extraArguments, Map.of(), null);
    }

    /** The same, made to print each garbage collection, whether Go or Java runs it; see {@link GcLog}. */
    public Contender tellingOfCollections() {
        String javaOptions = System.getenv().getOrDefault(JAVA_OPTIONS, "");
        return new Contender(
                name,
                binary,
                extraArguments,
                Map.of("GODEBUG", "gctrace=1", JAVA_OPTIONS, (javaOptions + " -Xlog:gc").trim()),
                certificate);
    }

    /** The same, with more arguments. */
    public Contender with(String... arguments) {
        List<String> all = new ArrayList<>(extraArguments);
        all.addAll(List.of(arguments));
        return new Contender(name, binary, all, environment, certificate);
    }

    /** The same, over TLS. */
    public Contender over(ServerCertificate shown) {
        return new Contender(name, binary, extraArguments, environment, shown);
    }

    /** The program as given, else the first of that name on PATH. */
    public static Contender of(
            String name, @Nullable Path binary, List<Path> usualPlaces, List<String> extraArguments) {
        if (binary != null) {
            return new Contender(name, binary.toAbsolutePath(), extraArguments);
        }
        return find(name, usualPlaces)
                .map(found -> new Contender(name, found, extraArguments))
                .orElseThrow(() -> new IllegalArgumentException(
                        "no program %s on PATH: say where with --%s".formatted(name, name)));
    }

    /** A program at one of these places, else on PATH. */
    public static Optional<Path> find(String name, List<Path> usualPlaces) {
        List<Path> places = new ArrayList<>(usualPlaces);
        for (String dir : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            if (!dir.isEmpty()) {
                places.add(Path.of(dir, name));
            }
        }
        return places.stream().filter(Files::isExecutable).findFirst().map(Path::toAbsolutePath);
    }

    /** The release of MetaStore, by the name of its jar in a distribution; {@code --version} tells etcd's that it is like. */
    public Optional<String> release() throws IOException {
        Path lib = binary.toRealPath().resolveSibling("../lib").normalize();
        if (!Files.isDirectory(lib)) {
            return Optional.empty();
        }
        try (Stream<Path> jars = Files.list(lib)) {
            return jars.map(jar -> SERVER_JAR.matcher(jar.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(jar -> jar.group(1))
                    .findFirst();
        }
    }

    /** What {@code --version} prints first. */
    public String version() throws IOException {
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
