package io.metastore.bench.compare;

import io.metastore.bench.arena.Arena;
import io.metastore.bench.arena.ArenaOptions;
import io.metastore.bench.arena.Contender;
import io.metastore.bench.arena.ServerProcess;
import io.metastore.bench.workload.WorkloadRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code smoke}: every workload for a moment against a server of its own. Fails on any error and on any lost event, and
 * where there is a real etcd to be measured right beside it, on rates far below its. Never on a time or a rate alone: what
 * a busy machine does says nothing.
 */
@Command(
        name = "smoke",
        description =
                "Starts MetaStore and runs every workload for a moment; fails on any error and any lost event, and on rates"
                        + " far below those of a real etcd, if there is one.",
        mixinStandardHelpOptions = true)
public final class SmokeCommand implements Callable<Integer> {
    private static final List<String> WORKLOADS = List.of(
            "W1 --workers=50 --ops=40",
            "W2 --seconds=2",
            "W2 --seconds=2 --rate=200",
            "W3 --seconds=2 --mode=exact",
            "W3 --seconds=2 --mode=capped",
            "W3 --seconds=2 --mode=ratio",
            "W4 --watchers=100 --ops=500",
            "W4 --watchers=2000 --ops=50 --shared-prefix",
            "W5 --ops=100",
            "W6 --ops=300",
            "W6 --ops=300 --physical --key-prefix=/physical");

    private static final long QUOTA_BYTES = 2L << 30;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(names = "--metastore", description = "the program to start; else that of this build, or on PATH")
    private @Nullable Path metastore;

    @Option(names = "--metastore-arg", description = "one more argument for it; may be repeated")
    private List<String> metastoreArguments = new ArrayList<>();

    @Option(names = "--etcd", description = "a real etcd to measure beside it; else no rates are looked at")
    private @Nullable Path etcd;

    @Option(
            names = "--work-dir",
            defaultValue = "metastore-bench-work",
            description = "for the server's data, which is removed (${DEFAULT-VALUE})")
    private Path workDir = Path.of("");

    @Option(names = "--report", description = "file for the outcome, as test reports are written")
    private @Nullable Path report;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Contender contender;
        Optional<Contender> real;
        try {
            contender = Contender.of("metastore", metastore, Contender.BUILT, metastoreArguments);
            real = Optional.ofNullable(etcd).map(program -> new Contender("etcd", program.toAbsolutePath(), List.of()));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        TestReport outcome = new TestReport("load-test");
        try (Arena arena = new Arena(new ArenaOptions(workDir, QUOTA_BYTES, 1), List.of(contender))) {
            ServerProcess server = arena.startFresh(contender);
            for (String workload : WORKLOADS) {
                String text = run(workload, server, outcome);
                out.println(text);
                out.flush();
            }
            if (real.isPresent()) {
                new RateCheck(arena.startFresh(real.get()), server).run(outcome, out);
            }
        } catch (IllegalStateException e) {
            // The server did not start, or is gone.
            outcome.add("server", String.valueOf(e.getMessage()));
        }
        if (report != null) {
            outcome.write(report);
        }
        out.println(outcome.summary());
        out.flush();
        return outcome.failed() == 0 ? 0 : 1;
    }

    private static String run(String workload, ServerProcess server, TestReport outcome) {
        List<String> arguments = new ArrayList<>(List.of(workload.split(" ", -1)));
        arguments.addAll(List.of(
                "--strict", "--limit-seconds=120", "--endpoint=" + server.endpoint(), "--server-pid=" + server.pid()));
        WorkloadRun run = WorkloadRun.of(arguments);
        outcome.add(workload, run.exitCode() == 0 ? null : run.text());
        return run.text();
    }
}
