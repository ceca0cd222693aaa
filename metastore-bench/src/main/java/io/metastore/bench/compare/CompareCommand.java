package io.metastore.bench.compare;

import io.metastore.bench.arena.Arena;
import io.metastore.bench.arena.Contender;
import io.metastore.bench.arena.Environment;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code compare}: real etcd and MetaStore on this machine, in turn, as a table. */
@Command(
        name = "compare",
        description = "Starts real etcd and MetaStore, loads them in turn and prints both, with the ratio.",
        mixinStandardHelpOptions = true)
public final class CompareCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    private final CompareOptions options = new CompareOptions();

    private final List<RowGroup> groups = List.of(
            new StartupRows(),
            new DuelRows(Pairing.ETCD_AND_OURS, 1, 100_000, 256, WindowSpec.overHundredThousandKeys()),
            new DuelRows(Pairing.ETCD_AND_OURS, 1, 1_000_000, 256, List.of(WindowSpec.count())),
            new MemoryRows(),
            new StreamRows(),
            new ScaleRows(),
            new DuelRows(Pairing.ETCD_AND_OURS, 3, 100_000, 256, WindowSpec.ofThreeMembers()),
            new FailoverRows(),
            new DueLeaseRows(),
            new InstallRows(),
            new SnapshotRows(),
            new DefragRows(),
            new DuelRows(Pairing.OURS_AND_AUTH, 1, 100_000, 256, WindowSpec.putAndGet("auth", Goal.atLeast(0.9))),
            new DuelRows(Pairing.ETCD_AND_AUTH, 1, 100_000, 256, WindowSpec.putAndGet("auth-etcd", null)),
            new DuelRows(Pairing.OURS_AND_AUDIT, 1, 100_000, 256, WindowSpec.putAndGet("audit", Goal.atLeast(0.97))),
            new DuelRows(Pairing.OVER_TLS, 1, 100_000, 256, WindowSpec.putAndGet("tls", Goal.atLeast(2))));

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (options.listRows) {
            groups.forEach(group -> group.ids().forEach(out::println));
            out.flush();
            return 0;
        }
        List<Contender> contenders;
        Set<String> chosen;
        try {
            options.check();
            chosen = chosen();
            contenders = List.of(
                    Contender.of("etcd", options.etcd, List.of(), options.etcdArguments),
                    Contender.of("metastore", options.metastore, Contender.BUILT, options.metastoreArguments));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        try (Arena arena = new Arena(options.arena(), contenders)) {
            Report report = new Report(describe(arena));
            for (RowGroup group : groups) {
                runGroup(arena, group, chosen, report);
                report.writeJson(options.json);
            }
            out.print(report.toMarkdown());
            out.flush();
            return report.failed() ? 1 : 0;
        }
    }

    private void runGroup(Arena arena, RowGroup group, Set<String> chosen, Report report) {
        if (group.ids().stream().noneMatch(chosen::contains)) {
            return;
        }
        try {
            group.run(arena, options, chosen, report);
        } catch (IllegalStateException e) {
            report.fail(String.join(", ", group.ids()), e);
        }
        arena.stopAll();
    }

    private Map<String, Object> describe(Arena arena) throws IOException {
        Map<String, Object> facts = Environment.describe(arena);
        facts.put(
                "client",
                "Java %s, one event loop, %d connections, closed loop, random keys and values"
                        .formatted(Runtime.version(), options.connections));
        facts.put(
                "windows",
                "%d alternations of %.1f s after %.1f s of lead, %.1f s of warm-up; the other server %s"
                        .formatted(
                                options.alternations,
                                options.windowSeconds,
                                options.leadSeconds,
                                options.warmupSeconds,
                                options.noFreeze ? "idle" : "stopped"));
        return facts;
    }

    private Set<String> chosen() {
        Set<String> ids = new LinkedHashSet<>();
        groups.forEach(group -> ids.addAll(group.ids()));
        if (options.rows.isEmpty()) {
            return ids;
        }
        Set<String> chosen = new LinkedHashSet<>();
        for (String wanted : options.rows) {
            List<String> matching = ids.stream()
                    .filter(id -> id.equals(wanted) || (!ids.contains(wanted) && id.startsWith(wanted)))
                    .toList();
            if (matching.isEmpty()) {
                throw new IllegalArgumentException("no row " + wanted + ", there are " + ids);
            }
            chosen.addAll(matching);
        }
        return chosen;
    }
}
