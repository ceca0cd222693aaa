package io.metastore.bench.report;

import io.metastore.bench.arena.Contender;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What may be said about a report. */
final class ReportOptions {
    @Option(names = "--quick", description = "some six minutes, for a first look")
    boolean quick;

    @Option(names = "--full", description = "more rounds, and five minutes of sustained load a round")
    boolean full;

    @Option(names = "--profile", hidden = true, description = "moment, quick, standard or full")
    @Nullable
    String profile;

    @Option(
            names = "--etcd",
            description = "the etcd program; else etcd in the directory METASTORE_ETCD_BIN, or on PATH")
    @Nullable
    Path etcd;

    @Option(names = "--no-etcd", description = "measure MetaStore alone")
    boolean noEtcd;

    @Option(names = "--metastore", description = "the program to measure; else that of this build, or on PATH")
    @Nullable
    Path metastore;

    @Option(names = "--etcd-arg", description = "one more argument for etcd; may be repeated")
    List<String> etcdArguments = new ArrayList<>();

    @Option(names = "--metastore-arg", description = "one more argument for ours; may be repeated")
    List<String> metastoreArguments = new ArrayList<>();

    @Option(names = "--endpoint", description = "host:port of a MetaStore that runs already, measured alone")
    @Nullable
    String endpoint;

    @Option(names = "--server-pid", defaultValue = "0", description = "its process, whose CPU and memory to show")
    long serverPid;

    @Option(names = "--only", split = ",", description = "measure only rows whose id begins so; the others say so")
    List<String> only = new ArrayList<>();

    @Option(
            names = "--work-dir",
            defaultValue = "metastore-bench-work",
            description = "on the disk to measure (${DEFAULT-VALUE})")
    Path workDir = Path.of("");

    @Option(
            names = "--out",
            defaultValue = "docs/performance-report.md",
            description = "the report; charts, page and figures go beside it (${DEFAULT-VALUE})")
    Path out = Path.of("");

    @Option(names = "--from", description = "write the report from these recorded figures, and measure nothing")
    @Nullable
    Path from;

    void check() {
        if ((quick ? 1 : 0) + (full ? 1 : 0) + (profile == null ? 0 : 1) > 1) {
            throw new IllegalArgumentException("one of --quick and --full");
        }
        if (endpoint != null && (etcd != null || metastore != null)) {
            throw new IllegalArgumentException("--endpoint is measured alone: without --etcd and --metastore");
        }
        if (etcd != null && noEtcd) {
            throw new IllegalArgumentException("--etcd or --no-etcd");
        }
        if (from != null && !Files.isReadable(from)) {
            throw new IllegalArgumentException("no file " + from);
        }
        if (!out.toString().endsWith(".md")) {
            throw new IllegalArgumentException("the report is markdown: --out=NAME.md, not " + out);
        }
    }

    Profile profile() {
        return Profile.named(profile != null ? profile : quick ? "quick" : full ? "full" : "standard");
    }

    boolean chosen(String row) {
        return only.isEmpty() || only.stream().anyMatch(row::startsWith);
    }

    /** The real etcd to measure beside ours; none is no error. */
    Optional<Path> etcd() {
        if (noEtcd) {
            return Optional.empty();
        }
        if (etcd != null) {
            return Optional.of(etcd.toAbsolutePath());
        }
        String dir = System.getenv("METASTORE_ETCD_BIN");
        return Contender.find(Recording.ETCD, dir == null ? List.of() : List.of(Path.of(dir, Recording.ETCD)));
    }
}
