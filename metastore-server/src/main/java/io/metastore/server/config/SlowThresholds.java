package io.metastore.server.config;

import java.time.Duration;
import java.util.List;

/**
 * What takes longer than this is told in the log.
 *
 * @param apply for a command to be applied, or a read to be answered
 * @param call for a unary call, from its request to its answer
 */
public record SlowThresholds(Duration apply, Duration call) {

    static SlowThresholds from(Options options, List<String> problems) {
        return new SlowThresholds(
                duration(options, Flag.WARNING_APPLY_DURATION, problems),
                duration(options, Flag.WARNING_UNARY_REQUEST_DURATION, problems));
    }

    private static Duration duration(Options options, Flag flag, List<String> problems) {
        return GoDuration.parse(options.get(flag)).orElseGet(() -> {
            problems.add("--%s: expected a duration of zero or more, found %s"
                    .formatted(flag.flagName(), options.get(flag)));
            return Duration.ZERO;
        });
    }
}
