package io.metastore.bench.workload;

import io.metastore.bench.load.LoadTarget;
import io.metastore.bench.measure.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code workload W1} to {@code W6}: fails on more errors than allowed, on lost events, on what does not end. */
@Command(
        name = "workload",
        description = "Runs one of six whole workloads against an etcd v3 endpoint, beside its published figures.",
        mixinStandardHelpOptions = true)
public final class WorkloadCommand {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private Map<String, Object> numbers = Map.of();

    /** Of the last workload; empty if there was none. */
    Map<String, Object> numbers() {
        return numbers;
    }

    @Command(name = "W1", description = "large scale: 50 workers, each 1000 times a put and a get of the same key")
    int largeScale(@Mixin WorkloadOptions options) {
        return run(
                options,
                session -> LargeScale.run(session, options.counted(50, 1_000), options.allowedErrorPercent(1)));
    }

    @Command(name = "W2", description = "sustained: 20 workers put new keys for 30 s")
    int sustained(@Mixin WorkloadOptions options) {
        return run(options, session -> Sustained.run(session, options.timed(20, 30), options.allowedErrorPercent(1)));
    }

    @Command(name = "W3", description = "mixed: 12 workers put, 12 get, 3 range and 3 delete, for 20 s")
    int mixed(
            @Mixin WorkloadOptions options,
            @Option(
                            names = "--mode",
                            defaultValue = "CAPPED",
                            description =
                                    "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}). Exact: ranges read all keys ever put. Capped:"
                                            + " keys are used again, a range reads 1000. Ratio: each worker draws, 40/40/10/10.")
                    Mixed.Mode mode) {
        return run(options, session -> Mixed.run(session, options.timed(30, 20), mode, options.allowedErrorPercent(2)));
    }

    @Command(name = "W4", description = "watch scalability: 100 watchers, 1000 puts one after another")
    int watchScale(
            @Mixin WorkloadOptions options,
            @Option(names = "--watchers", defaultValue = "100", description = "(${DEFAULT-VALUE})") int watchers,
            @Option(names = "--streams", defaultValue = "1", description = "that the watchers share (${DEFAULT-VALUE})")
                    int streams,
            @Option(names = "--shared-prefix", description = "all watch one prefix, instead of a key each")
                    boolean sharedPrefix) {
        // So many puts that each watcher of a key of its own sees one.
        long usualPuts = sharedPrefix ? 1_000 : Math.max(1_000, watchers);
        return run(
                options,
                session -> WatchScale.run(
                        session,
                        options.counted(1, usualPuts),
                        new WatchScale.Watchers(watchers, streams, sharedPrefix),
                        0));
    }

    @Command(name = "W5", description = "transactions: 10 workers, each 1000 times create-if-absent of a new key")
    int transactions(@Mixin WorkloadOptions options) {
        return run(options, session -> Transactions.run(session, options.counted(10, 1_000), 0));
    }

    @Command(name = "W6", description = "compaction: 2000 puts, 2000 overwrites, compact, 500 gets, by one worker")
    int compaction(
            @Mixin WorkloadOptions options,
            @Option(names = "--physical", description = "wait until the old revisions are erased") boolean physical) {
        return run(options, session -> {
            if (options.rate != 0 || options.workers > 1 || options.connections != 1) {
                throw new IllegalArgumentException("W6 is one worker in a closed loop");
            }
            Plan plan = options.counted(1, 2_000);
            if (plan.endsByTime() || plan.operations() > 10_000_000) {
                throw new IllegalArgumentException("W6 puts a number of keys, at most 10000000: use --ops");
            }
            return Compaction.run(session, (int) plan.operations(), physical, plan.time(), 0);
        });
    }

    @Command(name = "single", description = "one kind of operation over and over: 1 worker, for 5 s")
    int single(
            @Mixin WorkloadOptions options,
            @Option(names = "--operation", required = true, description = "${COMPLETION-CANDIDATES}")
                    SingleOperation.Operation operation,
            @Option(names = "--value-bytes", defaultValue = "15", description = "(${DEFAULT-VALUE})") int valueBytes,
            @Option(
                            names = "--keys",
                            defaultValue = "0",
                            description = "keys used again and again; 0: new ones, or 1000 to read")
                    int keys,
            @Option(names = "--shared-keys", description = "all workers put the same keys, instead of their own")
                    boolean sharedKeys) {
        return run(
                options,
                session -> SingleOperation.run(
                        session,
                        options.timed(1, 5),
                        operation,
                        new SingleOperation.Keys(keys, sharedKeys, valueBytes)));
    }

    private int run(WorkloadOptions options, Function<Session, WorkloadResult> workload) {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try (LoadTarget target = options.target()) {
            Disk disk = Disk.before(options.disk, options.diskFlushes);
            Progress progress = new Progress(err, Progress.onTerminal(), System::nanoTime);
            WorkloadResult result = workload.apply(new Session(target, options.keyPrefix, progress))
                    .with(disk.after());
            out.print(result.toText());
            out.flush();
            numbers = result.toMap();
            if (options.json != null) {
                Files.writeString(options.json, Json.write(numbers));
            }
            return result.verdict().isEmpty() ? 0 : 1;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        } catch (IllegalStateException | IOException e) {
            err.println(e.getMessage());
            err.flush();
            return 1;
        }
    }
}
