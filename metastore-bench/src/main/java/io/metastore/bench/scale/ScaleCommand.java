package io.metastore.bench.scale;

import io.metastore.bench.arena.Arena;
import io.metastore.bench.arena.ArenaOptions;
import io.metastore.bench.arena.Contender;
import io.metastore.bench.arena.ServerProcess;
import io.metastore.bench.measure.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code scale}: what an operation costs MetaStore as there is more of something, as a table. */
@Command(
        name = "scale",
        description = "Starts MetaStore anew for each size of what grows, and prints what an operation costs there.",
        mixinStandardHelpOptions = true)
public final class ScaleCommand implements Callable<Integer> {
    private static final long QUOTA_BYTES = 64L << 30;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--curves",
            split = ",",
            description = "keys, values, connections, watchers, leases, revisions; else all")
    private List<String> curves = new ArrayList<>();

    @Option(names = "--most", defaultValue = "10000000", description = "no sizes above this (${DEFAULT-VALUE})")
    private long most;

    @Option(
            names = "--curve-seconds",
            defaultValue = "120",
            description = "a size that would take a curve beyond this time is left out, and said (${DEFAULT-VALUE})")
    private int curveSeconds;

    @Option(names = "--window-seconds", defaultValue = "2", description = "(${DEFAULT-VALUE})")
    private double windowSeconds;

    @Option(names = "--warmup-seconds", defaultValue = "5", description = "before each window (${DEFAULT-VALUE})")
    private double warmupSeconds;

    @Option(names = "--metastore", description = "the program to start; else that of this build, or on PATH")
    private @Nullable Path metastore;

    @Option(names = "--metastore-arg", description = "one more argument for it; may be repeated")
    private List<String> metastoreArguments = new ArrayList<>();

    @Option(
            names = "--work-dir",
            defaultValue = "metastore-bench-work",
            description = "on the disk to measure (${DEFAULT-VALUE})")
    private Path workDir = Path.of("");

    @Option(names = "--json", description = "file for the numbers")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        List<Curve> chosen;
        Contender contender;
        try {
            if (!(windowSeconds > 0 && windowSeconds <= 600 && warmupSeconds >= 0 && warmupSeconds <= 600)) {
                throw new IllegalArgumentException("seconds: %s, %s".formatted(windowSeconds, warmupSeconds));
            }
            chosen = (curves.isEmpty() ? Curve.labels() : curves)
                    .stream().map(Curve::labelled).toList();
            contender = Contender.of("metastore", metastore, Contender.BUILT, metastoreArguments);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        List<Map<String, Object>> numbers = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        out.println("| " + String.join(" | ", Point.COLUMNS) + " |");
        out.println("|" + " --- |".repeat(Point.COLUMNS.size()));
        try (Arena arena = new Arena(new ArenaOptions(workDir, QUOTA_BYTES, 4), List.of(contender))) {
            for (Curve curve : chosen) {
                long begin = System.nanoTime();
                Duration last = Duration.ZERO;
                for (int size : curve.sizes(most)) {
                    Duration spent = Duration.ofNanos(System.nanoTime() - begin);
                    if (spent.plus(last).toSeconds() > curveSeconds) {
                        leftOut.add("%s %,d: beyond %d s".formatted(curve.label(), size, curveSeconds));
                        continue;
                    }
                    for (Point point : measure(arena, contender, curve, size, leftOut)) {
                        out.println(point.toMarkdown());
                        numbers.add(point.toMap());
                    }
                    out.flush();
                    last = Duration.ofNanos(System.nanoTime() - begin).minus(spent);
                }
            }
        }
        leftOut.forEach(line -> out.println("left out: " + line));
        out.flush();
        if (json != null) {
            Files.writeString(json, Json.write(Map.of("points", numbers, "left_out", leftOut)));
        }
        return numbers.isEmpty() ? 1 : 0;
    }

    private List<Point> measure(Arena arena, Contender contender, Curve curve, int size, List<String> leftOut) {
        ServerProcess server = arena.startFresh(contender);
        try {
            return curve.measure(new Curve.Bench(arena, server, seconds(warmupSeconds), seconds(windowSeconds)), size);
        } catch (IllegalStateException | IllegalArgumentException e) {
            leftOut.add("%s %,d: %s".formatted(curve.label(), size, e.getMessage()));
            return List.of();
        } finally {
            arena.stop(server);
            arena.delete(server.dir());
        }
    }

    private static Duration seconds(double seconds) {
        return Duration.ofNanos((long) (seconds * 1e9));
    }
}
