package io.metastore.bench.compare;

import io.metastore.bench.arena.ArenaOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What may be said about a comparison. */
final class CompareOptions {
    @Option(names = "--etcd", description = "the etcd program; else the one on PATH")
    @Nullable
    Path etcd;

    @Option(names = "--metastore", description = "the program compared with it; else that of this build, or on PATH")
    @Nullable
    Path metastore;

    @Option(names = "--etcd-arg", description = "one more argument for etcd; may be repeated")
    List<String> etcdArguments = new ArrayList<>();

    @Option(names = "--metastore-arg", description = "one more argument for ours; may be repeated")
    List<String> metastoreArguments = new ArrayList<>();

    @Option(
            names = "--work-dir",
            defaultValue = "metastore-bench-work",
            description = "on the disk to measure (${DEFAULT-VALUE})")
    Path workDir = Path.of("");

    @Option(names = "--json", defaultValue = "compare.json", description = "file for the numbers (${DEFAULT-VALUE})")
    Path json = Path.of("");

    @Option(names = "--rows", split = ",", description = "ids of rows, or what they begin with; see --list-rows")
    List<String> rows = new ArrayList<>();

    @Option(names = "--list-rows", description = "print the ids of all rows and stop")
    boolean listRows;

    @Option(names = "--connections", defaultValue = "4", description = "(${DEFAULT-VALUE})")
    int connections;

    @Option(names = "--alternations", defaultValue = "5", description = "pairs of windows a row (${DEFAULT-VALUE})")
    int alternations;

    @Option(names = "--window-seconds", defaultValue = "4", description = "(${DEFAULT-VALUE})")
    double windowSeconds;

    @Option(names = "--lead-seconds", defaultValue = "1", description = "load before each window (${DEFAULT-VALUE})")
    double leadSeconds;

    @Option(
            names = "--warmup-seconds",
            defaultValue = "24",
            description = "load on each server before the first row of a kind; later rows a third (${DEFAULT-VALUE})")
    double warmupSeconds;

    @Option(
            names = "--max-foreign-percent",
            defaultValue = "10",
            description = "an alternation with more CPU used by others is measured again (${DEFAULT-VALUE})")
    double maxForeignPercent;

    @Option(
            names = "--retries",
            defaultValue = "3",
            description = "alternations measured again, a row (${DEFAULT-VALUE})")
    int retries;

    @Option(
            names = "--quiet-wait-seconds",
            defaultValue = "20",
            description =
                    "wait at most this long for others to leave the machine, before each alternation (${DEFAULT-VALUE})")
    int quietWaitSeconds;

    @Option(names = "--no-freeze", description = "let the server that is not measured idle, instead of stopping it")
    boolean noFreeze;

    @Option(
            names = "--quota-backend-bytes",
            defaultValue = "17179869184",
            description = "passed to both servers (${DEFAULT-VALUE})")
    long quotaBytes;

    @Option(
            names = "--scale-keys",
            defaultValue = "10000000",
            description = "keys of 100 bytes in the scale rows (${DEFAULT-VALUE})")
    int scaleKeys;

    @Option(
            names = "--snapshot-gigabytes",
            defaultValue = "1",
            description = "values in the store of the row of snapshots (${DEFAULT-VALUE})")
    double snapshotGigabytes;

    @Option(
            names = "--defrag-gigabytes",
            defaultValue = "5",
            description =
                    "values in the store of the row of defragmentations, half of them overwritten (${DEFAULT-VALUE})")
    double defragGigabytes;

    int snapshotKeys(int valueBytes) {
        return keys(snapshotGigabytes, valueBytes);
    }

    int defragKeys(int valueBytes) {
        return keys(defragGigabytes / 2, valueBytes);
    }

    private static int keys(double gigabytes, int valueBytes) {
        return (int) Math.max(1, gigabytes * 1e9 / valueBytes);
    }

    ArenaOptions arena() {
        return new ArenaOptions(workDir, quotaBytes, connections);
    }

    Duration window() {
        return seconds(windowSeconds);
    }

    Duration lead() {
        return seconds(leadSeconds);
    }

    Duration warmup() {
        return seconds(warmupSeconds);
    }

    void check() {
        if (alternations < 1 || alternations > 1_000 || retries < 0 || retries > 1_000) {
            throw new IllegalArgumentException("alternations %d, retries %d".formatted(alternations, retries));
        }
        if (quietWaitSeconds < 0 || quietWaitSeconds > 3_600) {
            throw new IllegalArgumentException("seconds to wait: " + quietWaitSeconds);
        }
        checkGigabytes(snapshotGigabytes);
        checkGigabytes(defragGigabytes);
        if (connections < 1 || connections > 1_000) {
            throw new IllegalArgumentException("connections: " + connections);
        }
    }

    private static void checkGigabytes(double gigabytes) {
        if (!(gigabytes > 0 && gigabytes <= 100)) {
            throw new IllegalArgumentException("gigabytes: " + gigabytes);
        }
    }

    private static Duration seconds(double seconds) {
        if (!(seconds >= 0 && seconds <= 3_600)) {
            throw new IllegalArgumentException("seconds: " + seconds);
        }
        return Duration.ofNanos((long) (seconds * 1e9));
    }
}
