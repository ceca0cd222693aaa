package io.metastore.bench.report;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** One number of a recorded run. */
@FunctionalInterface
interface Figure {
    Figure PER_SECOND = first("per_second");
    Figure MEAN_MICROS = first("mean_us");
    Figure P50_MICROS = first("p50_us");
    Figure P99_MICROS = first("p99_us");
    Figure P999_MICROS = first("p999_us");
    Figure COUNT = first("count");
    Figure SECONDS = detail("seconds");
    Figure ERRORS = run -> number(run.get("errors"));
    /** Of the server, per operation of the workload. */
    Figure SERVER_CPU_MICROS = detail("server_cpu_seconds").times(1e6).per(COUNT);

    Figure RESIDENT_MIB = detail("server_rss_bytes").times(1 / 1048576.0);
    Figure CORES = detail("server_cpu_seconds").per(SECONDS);
    Figure GC_PAUSES = run -> number(run.get("gc_pauses"));
    Figure GC_SHARE =
            ((Figure) run -> number(run.get("gc_pause_ms"))).times(0.1).per(SECONDS);
    Figure WRITTEN_BYTES_PER_OPERATION = detail("disk_written_bytes").per(COUNT);
    Figure FLUSHES_PER_OPERATION = detail("disk_flushes").per(COUNT);

    OptionalDouble in(Map<String, Object> run);

    /** Of the line that stands for the whole workload. */
    static Figure first(String name) {
        return run -> run.get("rows") instanceof List<?> rows && !rows.isEmpty()
                ? number(Recording.asMap(rows.get(0)).get(name))
                : OptionalDouble.empty();
    }

    static Figure line(String line, String name) {
        return run -> {
            if (run.get("rows") instanceof List<?> rows) {
                for (Object row : rows) {
                    Map<String, Object> numbers = Recording.asMap(row);
                    if (line.equals(numbers.get("name"))) {
                        return number(numbers.get(name));
                    }
                }
            }
            return OptionalDouble.empty();
        };
    }

    static Figure detail(String name) {
        return run ->
                run.get("details") instanceof Map<?, ?> details ? number(details.get(name)) : OptionalDouble.empty();
    }

    default Figure times(double factor) {
        return run -> {
            OptionalDouble value = in(run);
            return value.isPresent() ? OptionalDouble.of(value.getAsDouble() * factor) : value;
        };
    }

    default Figure per(Figure below) {
        return run -> {
            OptionalDouble value = in(run);
            OptionalDouble divisor = below.in(run);
            return value.isPresent() && divisor.isPresent() && divisor.getAsDouble() > 0
                    ? OptionalDouble.of(value.getAsDouble() / divisor.getAsDouble())
                    : OptionalDouble.empty();
        };
    }

    /** How many a second one worker does without a pause, out of the mean time of one, in microseconds. */
    default Figure inverseMicros() {
        return run -> {
            OptionalDouble micros = in(run);
            return micros.isPresent() && micros.getAsDouble() > 0
                    ? OptionalDouble.of(1e6 / micros.getAsDouble())
                    : OptionalDouble.empty();
        };
    }

    private static OptionalDouble number(@org.jspecify.annotations.Nullable Object value) {
        return value instanceof Number number ? OptionalDouble.of(number.doubleValue()) : OptionalDouble.empty();
    }
}
