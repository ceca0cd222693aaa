package io.metastore.bench.report;

import io.metastore.bench.arena.Arena;
import io.metastore.bench.arena.GcLog;
import io.metastore.bench.load.Pause;
import io.metastore.bench.measure.ProcessUsage;
import io.metastore.bench.workload.WorkloadRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Measures the rows: of each row one run on the first contestant, one on the next, and again. Only who runs is awake. */
final class Measurement {
    private static final int SETTLE_MILLIS = 200;
    /** Of every other row a timeline is not shown, and would be most of the recording. */
    private static final String WITH_TIMELINE = "w2";

    private final List<Contestant> contestants;
    private final Profile profile;
    private final Predicate<String> chosen;
    private final Path dir;
    private int runs;

    Measurement(List<Contestant> contestants, Profile profile, Predicate<String> chosen, Path dir) {
        this.contestants = List.copyOf(contestants);
        this.profile = profile;
        this.chosen = chosen;
        this.dir = dir;
    }

    void run(Recording recording) {
        contestants.forEach(Contestant::freeze);
        compact(recording);
        for (Contestant contestant : contestants) {
            awake(contestant, this::warmUp);
            recording.putResources(contestant.name(), "before", resources(contestant));
        }
        for (RowPlan row : RowPlan.of(profile)) {
            measure(row, recording);
        }
        for (Contestant contestant : contestants) {
            recording.putResources(contestant.name(), "after", resources(contestant));
        }
    }

    /** A first run, not recorded, warms the servers up for it. */
    private void compact(Recording recording) {
        RowPlan row = RowPlan.compaction(profile);
        for (Contestant contestant : contestants) {
            if (chosen.test(row.id())) {
                awake(contestant, awake -> workload(awake, row.arguments(), List.of()));
            }
        }
        measure(row, recording);
    }

    private void warmUp(Contestant contestant) {
        for (String kind : List.of("W3 --mode=ratio --workers=30", "W5 --workers=50", "W1 --workers=50")) {
            workload(contestant, "%s --seconds=%s".formatted(kind, profile.warmupSeconds() / 3), List.of());
        }
    }

    private void measure(RowPlan row, Recording recording) {
        if (!chosen.test(row.id())) {
            recording.skip(row.id(), "not chosen for this run");
            return;
        }
        recording.command(row.id(), "workload " + row.arguments());
        for (int round = 0; round < row.rounds(); round++) {
            for (Contestant contestant : contestants) {
                awake(contestant, awake -> {
                    try {
                        recording.addRun(row.id(), awake.name(), observed(awake, row));
                    } catch (IllegalStateException e) {
                        recording.fail(row.id(), awake.name(), String.valueOf(e.getMessage()));
                    }
                });
            }
        }
        Arena.progress(recording.line(row.id()));
    }

    private Map<String, Object> observed(Contestant contestant, RowPlan row) {
        Optional<GcLog> gcBefore = contestant.gcLog();
        Map<String, Object> run = workload(contestant, row.arguments(), List.of("--disk=" + dir, "--disk-flushes=0"));
        Optional<GcLog> gcAfter = contestant.gcLog();
        if (gcBefore.isPresent() && gcAfter.isPresent()) {
            GcLog pauses = gcAfter.get().since(gcBefore.get());
            run.put("gc_pauses", pauses.pauses());
            run.put("gc_pause_ms", pauses.totalMillis());
        }
        run.remove("published");
        run.remove("errors_by_code");
        if (!row.id().equals(WITH_TIMELINE)) {
            run.remove("timeline");
        }
        return run;
    }

    /** The workload's numbers; on keys that no other run has. */
    private Map<String, Object> workload(Contestant contestant, String arguments, List<String> more) {
        List<String> all = new ArrayList<>(List.of(arguments.split(" ", -1)));
        all.addAll(List.of(
                "--key-prefix=/r" + runs++,
                "--limit-seconds=120",
                "--endpoint=" + contestant.endpoint(),
                "--server-pid=" + contestant.pid()));
        all.addAll(more);
        WorkloadRun run = WorkloadRun.of(all);
        if (run.exitCode() != 0) {
            throw new IllegalStateException("it failed: " + lastLine(run.text()));
        }
        return new LinkedHashMap<>(run.numbers());
    }

    private static String lastLine(String text) {
        List<String> lines = text.lines().filter(line -> !line.isBlank()).toList();
        return lines.isEmpty() ? "no output" : lines.get(lines.size() - 1).trim();
    }

    private interface Turn {
        void take(Contestant contestant);
    }

    private static void awake(Contestant contestant, Turn turn) {
        contestant.thaw();
        Pause.millis(SETTLE_MILLIS);
        try {
            turn.take(contestant);
        } finally {
            contestant.freeze();
        }
    }

    private static Map<String, Object> resources(Contestant contestant) {
        Map<String, Object> now = new LinkedHashMap<>();
        if (contestant.pid() != 0) {
            ProcessUsage.Memory memory = ProcessUsage.memory(contestant.pid());
            now.put("rss_bytes", memory.residentBytes());
            now.put("peak_bytes", memory.peakBytes());
            now.put("cpu_seconds", ProcessUsage.cpuNanos(contestant.pid()) / 1e9);
        }
        contestant.gcLog().ifPresent(gc -> {
            now.put("gc_pauses", gc.pauses());
            now.put("gc_pause_ms", gc.totalMillis());
            now.put("gc_longest_ms", gc.longestMillis());
        });
        return now;
    }
}
