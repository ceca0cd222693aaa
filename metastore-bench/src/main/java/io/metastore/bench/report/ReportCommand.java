package io.metastore.bench.report;

import io.metastore.bench.arena.Arena;
import io.metastore.bench.arena.ArenaOptions;
import io.metastore.bench.arena.Contender;
import io.metastore.bench.arena.Environment;
import io.metastore.bench.http2.Endpoint;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code report}: measures everything and writes the performance report, or writes it again from what was recorded. */
@Command(
        name = "report",
        description = "Measures MetaStore, and real etcd in alternation where there is one, and writes the performance"
                + " report: markdown, charts, a page of HTML and all figures as JSON.",
        mixinStandardHelpOptions = true)
public final class ReportCommand implements Callable<Integer> {
    private static final long QUOTA_BYTES = 16L << 30;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    private final ReportOptions options = new ReportOptions();

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Recording recording;
        try {
            options.check();
            if (options.from != null) {
                recording = Recording.read(Files.readString(options.from));
            } else {
                // As it will be read: the same figures give the same report.
                recording = Recording.read(measure().toJson());
            }
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        ReportFiles files = new ReportFiles(options.out);
        files.write(recording, options.from == null);
        out.println(files.markdown());
        out.println(files.html());
        out.flush();
        return 0;
    }

    private Recording measure() throws IOException {
        List<Contender> contenders = new ArrayList<>();
        if (options.endpoint == null) {
            options.etcd()
                    .ifPresent(etcd -> contenders.add(
                            new Contender(Recording.ETCD, etcd, options.etcdArguments).tellingOfCollections()));
            contenders.add(Contender.of(Recording.OURS, options.metastore, Contender.BUILT, options.metastoreArguments)
                    .tellingOfCollections());
        }
        Profile profile = options.profile();
        long start = System.nanoTime();
        try (Arena arena = new Arena(new ArenaOptions(options.workDir, QUOTA_BYTES, 4), contenders)) {
            List<Contestant> contestants = new ArrayList<>();
            Map<String, Object> environment = new LinkedHashMap<>(Environment.describe(arena));
            for (Contender contender : contenders) {
                if (contender.name().equals(Recording.OURS)) {
                    environment.put("release", contender.release().orElse("unknown release"));
                }
            }
            Recording recording = Recording.begin(profile, names(contenders), environment);
            if (options.endpoint != null) {
                contestants.add(
                        new Contestant(Recording.OURS, Endpoint.parse(options.endpoint), options.serverPid, null));
                recording.skip(RestartRuns.ID, "the server was running before");
            } else if (options.chosen(RestartRuns.ID)) {
                RestartRuns.run(arena, profile.rounds(), recording);
            } else {
                recording.skip(RestartRuns.ID, "not chosen for this run");
            }
            for (Contender contender : contenders) {
                contestants.add(Contestant.started(arena.startFresh(contender)));
            }
            new Measurement(contestants, profile, options::chosen, arena.dir()).run(recording);
            arena.stopAll();
            if (options.chosen("jmh")) {
                MicroBenchmarks.run(profile, arena.dir(), recording);
            }
            recording.environment("duration", "%.1f minutes".formatted((System.nanoTime() - start) / 60e9));
            return recording;
        }
    }

    private static List<String> names(List<Contender> contenders) {
        return contenders.isEmpty()
                ? List.of(Recording.OURS)
                : contenders.stream().map(Contender::name).toList();
    }
}
