package io.metastore.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Commands, advice that follows from the figures, and what they do not show. */
final class ClosingSections {
    private ClosingSections() {}

    static String execution(Recording recording, Profile profile) {
        List<List<String>> rows = new ArrayList<>();
        for (String row : recording.rows()) {
            recording
                    .command(row)
                    .ifPresent(command -> rows.add(List.of("`" + row + "`", "`metastore-bench " + command + "`")));
        }
        return """
                ## Test Execution Details

                ### Test Commands

                **All of it:**
                ```bash
                mvn -q -DskipTests package
                metastore-bench/bin/metastore-bench report%s --etcd /path/to/etcd
                ```

                **Written again from the figures, without measuring:**
                ```bash
                metastore-bench/bin/metastore-bench report --from docs/performance-report/figures.json
                ```

                **Row by row** (with `--endpoint`, and a `--key-prefix` of its own for each run):

                %s
                **Benchmark Tests:**
                ```bash
                java -jar metastore-bench/target/benchmarks.jar '%s'
                ```

                ### Test Files
                - **metastore-bench**, package `workload` - the workloads and single operations
                - **metastore-bench**, package `jmh` - micro-benchmarks
                - **metastore-bench**, package `report` - this report

                ---
                """.formatted(
                        switch (profile.name()) {
                            case "quick" -> " --quick";
                            case "full" -> " --full";
                            default -> "";
                        },
                        Markdown.table(List.of("row", "command"), rows),
                        String.join("' '", MicroBenchmarks.arguments(profile, java.nio.file.Path.of("jmh.json"))));
    }

    static String recommendations(Recording recording) {
        return """
                ## Recommendations

                ### For Production Deployment

                1. **Hardware Sizing**
                   - %s
                   - A write waits for a flush of the disk: the disk of these figures is %s; on a slower one few clients get lower rates
                   - Members of one cluster hold the same data: more members make it safer, not faster
                   - **Recommended**: three members, each with a disk of its own

                2. **Performance Tuning**
                   - Give clients several connections: one connection is served by one event loop
                   - Send independent writes at the same time: they share one flush
                   - Compact (`--auto-compaction-retention`) as with etcd; defragmenting is not needed
                   - Serializable reads spare the check of leadership where stale data will do

                3. **Monitoring**
                   - Alert on P99 and on rates measured on your own hardware, not on those of this report
                   - Watch free disk space and resident memory

                ### For Performance Optimization

                The rows that are farthest behind are listed under *Areas for Optimization*. Beyond those:

                1. **Few clients**: time is spent in thread wake-ups and in the flush
                2. **Large values**: the path of a value goes through the log and the engine, each of which copies it
                3. **Keys beyond the caches**: a read is then a look-up in RocksDB (`docs/benchmarks.md`)

                ---
                """.formatted(sizing(recording), recording.fact("disk"));
    }

    private static String sizing(Recording recording) {
        Optional<Double> put = recording.median("put-clients-256", Recording.OURS, Figure.PER_SECOND);
        Optional<Double> cpu = recording.median("put-clients-256", Recording.OURS, Figure.SERVER_CPU_MICROS);
        return put.isPresent() && cpu.isPresent()
                ? "256 clients put %s times a second here, for %s µs of server CPU each, with the client on the same cores"
                        .formatted(Numbers.text(put.get()), Numbers.text(cpu.get()))
                : "Not measured in this run: puts of 256 clients";
    }

    static String limits() {
        return """
                ## What These Figures Do Not Show

                - **A network.** Client and server talk over loopback, share the machine's cores, and take them from each other.
                - **A cluster.** One member: no replication, no election, no follower.
                - **TLS, authentication, authorization**: off in all rows.
                - **Much data.** Keys fit into memory; see the curves in `docs/benchmarks.md` for what growth does.
                - **Long runs**, unless the profile is `full`: short windows hide compaction of the engine and slow leaks.
                - **Your clients.** The load client is far cheaper than gRPC's; a real one takes more CPU, and dilutes a ratio.
                - **Your disk.** Rates at few clients follow the time of a flush; caches of virtual disks make it short.
                - **Equal content.** In rows that end by time the faster server has stored more when the next row begins.
                - **What was published then on this machine.** Those figures come from another processor, disk and system.

                ---
                """;
    }

    static String conclusion(Recording recording) {
        List<Comparisons.Comparison> rates = Comparisons.rates(recording);
        long ahead = rates.stream().filter(rate -> rate.ratio().median() > 1).count();
        List<Comparisons.Comparison> p99 = Comparisons.of(recording, Figure.P99_MICROS);
        long prompter = p99.stream().filter(rate -> rate.ratio().median() < 1).count();
        long failed = recording.rows().stream()
                .filter(row -> recording.command(row).isPresent())
                .filter(row -> recording.runs(row, Recording.OURS).isEmpty())
                .count();
        return """
                ## Conclusion

                - Rows in which MetaStore did more operations a second than etcd: %s
                - Rows in which its P99 was lower: %s
                - Rows that failed on MetaStore: %d
                - Against what was published of MetaStore in Go: see the summary's last column

                Whether that is enough for a purpose, its own workload on its own hardware has to say.

                ---
                """.formatted(
                        rates.isEmpty() ? "none to compare" : "%d of %d".formatted(ahead, rates.size()),
                        p99.isEmpty() ? "none to compare" : "%d of %d".formatted(prompter, p99.size()),
                        failed);
    }

    static String appendices(Recording recording) {
        return """
                ## Appendix A: Raw Test Logs

                Every run of every row, with counts, percentiles, CPU, memory, disk and errors.

                **Location**: `performance-report/figures.json`, under `rows`

                ---

                ## Appendix B: Benchmark Data

                JMH's own results, as it writes them.

                **Location**: `performance-report/figures.json`, under `jmh`%s

                ---

                *Performance Test Report*
                *Generated*: %s
                *Version*: %s
                *Status*: %s
                """.formatted(
                recording.object("jmh").isPresent() ? "" : " (not there: " + MicroBenchmarks.whyNot(recording) + ")",
                recording.fact("date"),
                recording.version(),
                recording.profile().equals("full") ? "complete" : "complete, profile " + recording.profile());
    }
}
