package io.metastore.server;

import io.metastore.server.backup.SnapshotCommand;
import io.metastore.server.config.Arguments;
import io.metastore.server.config.ConfigException;
import io.metastore.server.config.Options;
import io.metastore.server.config.ServerConfig;
import io.metastore.server.config.Usage;
import io.metastore.server.data.StartException;
import io.metastore.server.logging.Fatal;
import io.metastore.server.logging.LogSetup;
import io.metastore.server.stats.StatsCommand;
import io.metastore.server.systemd.ServiceManager;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** The server as a process: arguments and environment in, exit code out. */
public final class Main {
    private static final int EXIT_FAILURE = 1;
    private static final int EXIT_USAGE = 2;
    /** A member that met damage or a failing disk after it had started to serve. */
    private static final int EXIT_FATAL = 3;

    private static final long STOP_SECONDS = 10;

    private Main() {}

    public static void main(String[] arguments) {
        int code = run(List.of(arguments), System.getenv());
        if (code != 0) {
            System.exit(code);
        }
    }

    private static int run(List<String> line, Map<String, String> environment) {
        if (!line.isEmpty() && line.get(0).equals(SnapshotCommand.NAME)) {
            return SnapshotCommand.run(line.subList(1, line.size()), System.out, System.err);
        }
        if (!line.isEmpty() && line.get(0).equals(StatsCommand.NAME)) {
            return StatsCommand.run(line.subList(1, line.size()), System.out, System.err);
        }
        if (line.equals(List.of(TrainingRun.NAME))) {
            return TrainingRun.run(System.out, System.err);
        }
        Logger log;
        try {
            Arguments arguments = Arguments.parse(line);
            if (arguments.isHelpAsked()) {
                System.out.print(Usage.full());
                return 0;
            }
            if (arguments.isVersionAsked()) {
                System.out.print(Version.text());
                return 0;
            }
            Options options = Options.of(arguments, environment);
            ServerConfig config = ServerConfig.from(options);
            LogSetup.apply(config.log());
            log = LoggerFactory.getLogger(Main.class);
            // gRPC logs through java.util.logging.
            SLF4JBridgeHandler.removeHandlersForRootLogger();
            SLF4JBridgeHandler.install();
            if (options.file().isPresent()) {
                log.info(
                        "loaded server configuration, other configuration command line flags and environment variables"
                                + " will be ignored if provided path={}",
                        options.file().get());
            }
            options.warnings().forEach(log::warn);
            if (!config.fsync()) {
                log.warn("unsafe: --unsafe-no-fsync loses acknowledged writes in a power cut");
            }
            log.info(
                    "starting java={} heapBytes={} nativeBytes={} cores={} config={}",
                    Runtime.version(),
                    Runtime.getRuntime().maxMemory(),
                    Long.getLong("metastore.native.bytes", 0),
                    Runtime.getRuntime().availableProcessors(),
                    config);
            serve(config, ServiceManager.of(environment), log);
            return 0;
        } catch (Arguments.UsageException wrongArguments) {
            System.err.println(wrongArguments.getMessage());
            System.err.print(Usage.brief());
            return EXIT_USAGE;
        } catch (ConfigException | IOException wrong) {
            LogSetup.untilConfigured();
            LoggerFactory.getLogger(Main.class)
                    .error(Fatal.MARKER, "failed to verify flags error={}", wrong.getMessage());
            return EXIT_FAILURE;
        } catch (StartException problem) {
            LoggerFactory.getLogger(Main.class).error(Fatal.MARKER, "failed to start error={}", problem.getMessage());
            return EXIT_FAILURE;
        }
    }

    private static void serve(ServerConfig config, ServiceManager manager, Logger log) throws StartException {
        MetaStoreServer server = MetaStoreServer.of(config, (what, cause) -> {
            log.error(Fatal.MARKER, "fatal, this member stops: {}", what, cause);
            Runtime.getRuntime().halt(EXIT_FATAL);
        });
        server.start();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            haltAfter(STOP_SECONDS);
                            manager.stopping();
                            server.close();
                        },
                        "stop"));
        for (String endpoint : server.clientEndpoints()) {
            log.info("ready to serve client requests address={}", endpoint);
        }
        manager.ready();
        server.awaitTermination();
    }

    private static void haltAfter(long seconds) {
        Thread guard = new Thread(
                () -> {
                    try {
                        TimeUnit.SECONDS.sleep(seconds);
                    } catch (InterruptedException stopped) {
                        return;
                    }
                    Runtime.getRuntime().halt(EXIT_FAILURE);
                },
                "stop-guard");
        guard.setDaemon(true);
        guard.start();
    }
}
