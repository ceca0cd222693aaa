package io.metastore.bench.workload;

import io.metastore.bench.measure.DiskProbe;
import io.metastore.bench.measure.DiskUse;
import io.metastore.bench.measure.Latency;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The server's disk, if the client knows it: how long it takes to flush, and what it wrote during a workload. */
record Disk(@Nullable Path dir, Map<String, Object> flush, Optional<DiskUse> before) {
    /** No flushes: their time is not looked at. */
    static Disk before(@Nullable Path dir, int flushes) throws IOException {
        if (dir == null) {
            return new Disk(null, Map.of(), Optional.empty());
        }
        Map<String, Object> facts = new LinkedHashMap<>();
        if (flushes > 0) {
            Latency flush = DiskProbe.run(dir, flushes);
            facts.put("disk_flush_p50_us", Session.decimals(flush.p50Micros()));
            facts.put("disk_flush_p99_us", Session.decimals(flush.p99Micros()));
        }
        return new Disk(dir, facts, DiskUse.of(dir));
    }

    /** What is known after the workload; others that use the disk are in it. */
    Map<String, Object> after() throws IOException {
        Map<String, Object> facts = new LinkedHashMap<>(flush);
        Optional<DiskUse> after = dir == null ? Optional.empty() : DiskUse.of(dir);
        if (before.isPresent() && after.isPresent()) {
            DiskUse use = after.get().since(before.get());
            facts.put("disk_written_bytes", use.writtenBytes());
            facts.put("disk_writes", use.writes());
            facts.put("disk_flushes", use.flushes());
            facts.put("disk_read_bytes", use.readBytes());
        }
        return facts;
    }
}
