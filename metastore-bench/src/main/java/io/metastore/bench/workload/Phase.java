package io.metastore.bench.workload;

import io.metastore.bench.measure.CpuSample;
import java.util.List;
import java.util.Map;

/** What one crew did, and whatever kept it from doing all of it. */
record Phase(String name, Tally tally, CpuSample.Use cpu, List<Map<String, Object>> timeline, List<String> failures) {

    Phase {
        timeline = List.copyOf(timeline);
        failures = List.copyOf(failures);
    }

    double perSecond(long count) {
        return cpu.nanos() == 0 ? 0 : count * 1e9 / cpu.nanos();
    }
}
