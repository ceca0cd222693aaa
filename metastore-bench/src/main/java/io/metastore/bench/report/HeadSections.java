package io.metastore.bench.report;

import io.metastore.bench.arena.Spread;
import java.util.ArrayList;
import java.util.List;

/** The report's first pages: what, where and how. */
final class HeadSections {
    private HeadSections() {}

    static String title(Recording recording) {
        return """
                # MetaStore Performance Test Report

                **Date**: %s
                **Version**: %s
                **Test Duration**: %s
                **Test Environment**: %s, single node with Raft consensus; client and server share the machine
                **Profile**: %s%s

                ---
                """.formatted(
                        recording.fact("date") + "  ",
                        recording.version() + "  ",
                        recording.fact("duration") + "  ",
                        recording.fact("machine"),
                        recording.profile(),
                        recording.profile().equals("quick")
                                ? ": a first look of a few minutes with short windows; `metastore-bench report --full` measures properly"
                                : "")
                .replace(
                        "consensus; client and server share the machine\n",
                        "consensus; client and server share the machine  \n");
    }

    static String summary(Recording recording) {
        List<List<String>> rows = new ArrayList<>();
        for (Headline headline : Headline.ALL) {
            rows.add(List.of(
                    headline.label(),
                    MeasureTable.cell(recording, headline.row(), Recording.OURS, headline.figure()),
                    MeasureTable.cell(recording, headline.row(), Recording.ETCD, headline.figure()),
                    recording
                            .ratio(headline.row(), headline.figure())
                            .map((Spread ratio) -> Numbers.text(ratio))
                            .orElse("–"),
                    headline.published(),
                    headline.timesPublished(recording).map(Numbers::text).orElse("–")));
        }
        return """
                ## Executive Summary

                This report holds what was measured of MetaStore, and of real etcd beside it where there was one:
                - **Large-scale load testing** with 50 and 100 concurrent clients
                - **Sustained load testing**, as fast as it goes and at a fixed rate
                - **Mixed workload testing** in three mixtures
                - **Watch scalability** up to 10,000 concurrent watchers
                - **Transaction throughput**, compaction and restart
                - **Detailed micro-benchmarks** for all core operations

                %s
                **Key Finding**: %s

                Both servers flush every write to disk before they acknowledge it. A figure is the median of its rounds, with the
                least and the greatest in brackets; a ratio is that of rounds which followed each other. What was published of
                the earlier MetaStore (Go, axfor/MetaStore) was measured on another machine: it stands beside ours for orientation.

                ---
                """.formatted(
                        Markdown.table(
                                List.of(
                                        "workload",
                                        "MetaStore",
                                        "etcd",
                                        "MetaStore / etcd",
                                        "best published (Go): memory / RocksDB",
                                        "times the best published"),
                                rows),
                        keyFinding(recording));
    }

    private static String keyFinding(Recording recording) {
        List<Double> ratios = Comparisons.rates(recording).stream()
                .map(comparison -> comparison.ratio().median())
                .toList();
        if (ratios.isEmpty()) {
            return "MetaStore was measured alone: nothing here says how it compares.";
        }
        Spread spread = Spread.of(ratios);
        return "over %d rows MetaStore did between %s and %s times as many operations a second as etcd, in the middle %s times; it was ahead in %d of them."
                .formatted(
                        ratios.size(),
                        Numbers.text(spread.least()),
                        Numbers.text(spread.most()),
                        Numbers.text(spread.median()),
                        ratios.stream().filter(ratio -> ratio > 1).count());
    }

    static String environment(Recording recording) {
        return """
                ## Test Environment

                ### Hardware/Software
                - **Machine**: %s
                - **Disk**: %s
                - **MetaStore**: %s; %s
                - **etcd**: %s
                - **Storage Engine**: RocksDB with Raft consensus (an own append-only log, one fdatasync for all entries that wait)
                - **Test Mode**: on disk, every acknowledged write flushed, in both servers

                ### Configuration
                - **Raft Configuration**: single-node cluster, a fresh data directory for the run
                - **Command, MetaStore**: `%s`, etcd's flags for name, directories and URLs, `--quota-backend-bytes` of 16 GiB
                - **Command, etcd**: `%s`, the same flags
                - **Client**: one process beside the server, one event loop, its own HTTP/2; how many connections says each command
                - **Turns**: the server that is not measured is stopped (SIGSTOP), so that its background work does not disturb

                ---
                """.formatted(
                recording.fact("machine"),
                recording.fact("disk"),
                recording.version(),
                recording.fact("metastore runtime"),
                recording.has(Recording.ETCD) ? recording.fact("etcd") : "not measured: no etcd was given",
                recording.fact("metastore command").trim(),
                recording.has(Recording.ETCD) ? recording.fact("etcd command").trim() : "none");
    }

    static String methodology() {
        return """
                ## Test Methodology

                ### Test Types

                1. **Load Testing**
                   - Workers in a closed loop: one operation under way each, the next when it has ended
                   - Measures throughput, latency (mean, P50, P99, P99.9) and errors; a wrong value read is an error

                2. **Sustained Load Testing**
                   - The same for longer, with rate, latency and CPU recorded interval by interval
                   - And at a fixed rate, where latency counts from when an operation was due (no coordinated omission)

                3. **Mixed Workload Testing**
                   - 40%% PUT, 40%% GET, 10%% RANGE, 10%% DELETE, by workers (`exact`, `capped`) or drawn by each worker (`ratio`)
                   - The four rates stand apart: the sum is ruled by the fastest kind

                4. **Scalability Testing**
                   - Watchers of a key each and of one prefix; every event must come, once and in order
                   - Transactions, compaction that is waited for, start and restart

                5. **Micro-benchmarks**
                   - The same operation over and over from one worker, from eight, and with values and clients of many sizes
                   - The same client against both servers; bytes allocated by JMH on an embedded member

                A row is measured in rounds: MetaStore, etcd, and again. Both were loaded for some seconds before the first.

                ---
                """.formatted();
    }
}
