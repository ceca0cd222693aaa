package io.metastore.server.config;

import java.time.Duration;
import java.util.List;

/**
 * When members are compared with each other (etcd: server/etcdserver/corrupt.go).
 *
 * @param atStart before this member votes and serves
 * @param statesEvery time between comparisons of states by the leader; zero for never
 * @param compactionsEvery time between comparisons of compacted history by the leader; zero for never
 */
public record CorruptionChecks(boolean atStart, Duration statesEvery, Duration compactionsEvery) {

    static CorruptionChecks from(Options options, List<String> problems) {
        String text = options.get(Flag.FEATURE_GATES);
        if (FeatureGates.problemWith(text).isPresent()) {
            return new CorruptionChecks(false, Duration.ZERO, Duration.ZERO); // told by who reads the other gates
        }
        FeatureGates gates = FeatureGates.parse(text);
        Duration states = GoDuration.parse(options.get(Flag.CORRUPT_CHECK_TIME)).orElseGet(() -> {
            problems.add("--corrupt-check-time: expected a duration of zero or more, found "
                    + options.get(Flag.CORRUPT_CHECK_TIME));
            return Duration.ZERO;
        });
        Duration compactions =
                GoDuration.parse(options.get(Flag.COMPACT_HASH_CHECK_TIME)).orElse(Duration.ZERO);
        if (compactions.isZero()) {
            problems.add("--compact-hash-check-time must be >0 (set to %s)"
                    .formatted(options.get(Flag.COMPACT_HASH_CHECK_TIME)));
        }
        return new CorruptionChecks(
                gates.isOn(FeatureGates.Gate.INITIAL_CORRUPT_CHECK),
                states,
                gates.isOn(FeatureGates.Gate.COMPACT_HASH_CHECK) ? compactions : Duration.ZERO);
    }
}
