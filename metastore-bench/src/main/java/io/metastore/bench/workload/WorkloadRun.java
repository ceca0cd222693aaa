package io.metastore.bench.workload;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/**
 * A workload as the command line runs it, in this process.
 *
 * @param text all that it printed
 * @param numbers its result as it goes into a file of JSON; empty if there was none
 */
public record WorkloadRun(int exitCode, String text, Map<String, Object> numbers) {

    /** Runs it, with the arguments that follow {@code metastore-bench workload}. */
    public static WorkloadRun of(List<String> arguments) {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text, true);
        WorkloadCommand command = new WorkloadCommand();
        int exitCode = new CommandLine(command)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(out)
                .setErr(out)
                .execute(arguments.toArray(String[]::new));
        return new WorkloadRun(exitCode, text.toString(), command.numbers());
    }
}
