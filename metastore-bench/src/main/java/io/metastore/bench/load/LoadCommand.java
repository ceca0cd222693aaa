package io.metastore.bench.load;

import io.metastore.bench.measure.Json;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code load KIND}: one load against one server, one result. Fails if anything went wrong on the way. */
@Command(
        name = "load",
        description = "Drives one kind of load against an etcd v3 endpoint.",
        mixinStandardHelpOptions = true)
public final class LoadCommand {
    private static final Duration FILL_LIMIT = Duration.ofHours(1);
    private static final int FILL_IN_FLIGHT = 16;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Command(description = "puts at random keys")
    int put(@Mixin LoadOptions options) {
        return run(options, loads -> loads.put(options.plan()));
    }

    @Command(description = "linearizable gets of random keys")
    int get(@Mixin LoadOptions options) {
        return run(options, loads -> loads.get(options.plan()));
    }

    @Command(name = "serializable-get", description = "serializable gets of random keys")
    int serializableGet(@Mixin LoadOptions options) {
        return run(options, loads -> loads.serializableGet(options.plan()));
    }

    @Command(description = "transactions of one compare and one put")
    int txn(
            @Mixin LoadOptions options,
            @Option(
                            names = "--compare",
                            defaultValue = "VERSION",
                            description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})")
                    TxnLoad.Target compare) {
        return run(options, loads -> loads.txn(compare, options.plan()));
    }

    @Command(description = "ranges of many keys each")
    int range(
            @Mixin LoadOptions options,
            @Option(names = "--page-keys", defaultValue = "10000", description = "keys a reply (${DEFAULT-VALUE})")
                    int pageKeys) {
        return run(options, loads -> loads.range(pageKeys, options.plan()));
    }

    @Command(description = "RangeStream of the whole key space, one stream after another")
    int stream(@Mixin LoadOptions options) {
        return run(options, loads -> loads.stream(options.window()));
    }

    @Command(description = "first page of the whole key space, with its exact count")
    int count(
            @Mixin LoadOptions options,
            @Option(names = "--page-keys", defaultValue = "500", description = "limit of the range (${DEFAULT-VALUE})")
                    int pageKeys) {
        return run(options, loads -> loads.count(pageKeys, options.plan()));
    }

    @Command(description = "watchers, and puts that they see")
    int watch(
            @Mixin LoadOptions options,
            @Option(names = "--watchers", defaultValue = "100", description = "(${DEFAULT-VALUE})") int watchers,
            @Option(
                            names = "--prefixes",
                            defaultValue = "1",
                            description = "prefixes that they are spread over (${DEFAULT-VALUE})")
                    int prefixes,
            @Option(names = "--streams", defaultValue = "0", description = "watch streams; 0: one each, at most 1000")
                    int streams) {
        return run(options, loads -> {
            int streamCount = streams > 0 ? streams : Math.min(watchers, 1000);
            return loads.watch(new WatchPlan(watchers, prefixes, streamCount, options.valueBytes), options.plan());
        });
    }

    @Command(description = "puts every key of the key space once")
    int fill(
            @Mixin LoadOptions options,
            @Option(names = "--batch", defaultValue = "100", description = "puts a transaction (${DEFAULT-VALUE})")
                    int batch) {
        options.fill = false;
        return run(options, loads -> loads.fill(batch, options.inFlight, FILL_LIMIT));
    }

    @Command(description = "leases: granted and revoked, or kept alive")
    int lease(
            @Mixin LoadOptions options,
            @Option(names = "--keep-alive", description = "keep-alives of this many leases instead", defaultValue = "0")
                    int keepAlive,
            @Option(names = "--ttl", defaultValue = "600", description = "seconds (${DEFAULT-VALUE})") long ttl) {
        return run(
                options,
                loads -> keepAlive > 0
                        ? loads.keepAlive(ttl, keepAlive, options.plan())
                        : loads.lease(ttl, options.plan()));
    }

    private int run(LoadOptions options, Function<Loads, LoadResult> load) {
        PrintWriter out = spec.commandLine().getOut();
        try (LoadTarget target = options.target()) {
            Loads loads = options.loads(target);
            if (options.fill) {
                LoadResult filled = loads.fill(100, FILL_IN_FLIGHT, FILL_LIMIT);
                if (filled.errors() > 0) {
                    out.print(filled.toText());
                    return 1;
                }
            }
            LoadResult result = load.apply(loads);
            out.print(options.json ? Json.write(result.toMap()) : result.toText());
            out.flush();
            return result.errors() == 0 ? 0 : 1;
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
