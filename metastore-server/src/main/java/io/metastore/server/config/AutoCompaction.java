package io.metastore.server.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Which history is erased by itself (etcd: server/etcdserver/api/v3compactor). */
public sealed interface AutoCompaction {
    /** Never. */
    record Off() implements AutoCompaction {}

    /** What is older than this. */
    record Periodic(Duration retention) implements AutoCompaction {}

    /** All but this many revisions. */
    record Revisions(long retention) implements AutoCompaction {}

    static AutoCompaction parse(String mode, String retention, List<String> problems) {
        boolean number = retention.matches("\\d{1,18}");
        switch (mode) {
            case "periodic" -> {
                Optional<Duration> period =
                        number ? Optional.of(Duration.ofHours(Long.parseLong(retention))) : GoDuration.parse(retention);
                if (period.isEmpty()) {
                    problems.add("--auto-compaction-retention: not a number of hours or a duration: " + retention);
                    return new Off();
                }
                return period.get().isZero() ? new Off() : new Periodic(period.get());
            }
            case "revision" -> {
                if (!number) {
                    problems.add("--auto-compaction-retention: not a number of revisions: " + retention);
                    return new Off();
                }
                long revisions = Long.parseLong(retention);
                return revisions == 0 ? new Off() : new Revisions(revisions);
            }
            default -> {
                problems.add("unknown auto-compaction-mode \"%s\"".formatted(mode));
                return new Off();
            }
        }
    }
}
