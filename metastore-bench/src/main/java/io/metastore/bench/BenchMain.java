package io.metastore.bench;

import io.metastore.bench.compare.CompareCommand;
import io.metastore.bench.compare.SmokeCommand;
import io.metastore.bench.load.LoadCommand;
import io.metastore.bench.report.ReportCommand;
import io.metastore.bench.scale.ScaleCommand;
import io.metastore.bench.workload.WorkloadCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The command line: {@code load} drives one server with one kind of call, {@code workload} with a whole workload, {@code
 * compare} measures two servers in turn, {@code report} writes down what all of it comes to, {@code scale} shows what
 * growth costs, {@code smoke} that every workload goes well.
 */
@Command(
        name = "metastore-bench",
        description = "Load tests for etcd v3 servers.",
        mixinStandardHelpOptions = true,
        subcommands = {
            LoadCommand.class,
            WorkloadCommand.class,
            CompareCommand.class,
            SmokeCommand.class,
            ReportCommand.class,
            ScaleCommand.class
        })
public final class BenchMain {
    private BenchMain() {}

    public static void main(String[] args) {
        // The client copies whole buffers; netty need not check each access.
        System.setProperty("io.netty.buffer.checkBounds", "false");
        System.setProperty("io.netty.buffer.checkAccessible", "false");
        System.setProperty("io.netty.leakDetection.level", "disabled");
        System.exit(commandLine().execute(args));
    }

    public static CommandLine commandLine() {
        return new CommandLine(new BenchMain())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setSubcommandsCaseInsensitive(true);
    }
}
