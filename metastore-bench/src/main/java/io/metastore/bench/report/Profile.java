package io.metastore.bench.report;

import java.util.List;

/**
 * How much is measured.
 *
 * @param rounds how often a row is measured on each server, in alternation
 * @param curveRounds the same of the rows that make a curve
 * @param percent of the published number of operations, in workloads that end by number
 * @param forks of each JMH benchmark; 0: none are run
 */
record Profile(
        String name,
        int rounds,
        int curveRounds,
        double warmupSeconds,
        double sustainedSeconds,
        double mixedSeconds,
        double singleSeconds,
        int percent,
        List<Integer> watchers,
        List<Integer> clients,
        List<Integer> valueBytes,
        int forks,
        double jmhSeconds) {

    private static final List<Integer> VALUE_BYTES = List.of(100, 1_024, 10_240, 102_400, 1_048_576);

    /** A few seconds: shows that all of it works, and measures nothing. */
    static final Profile MOMENT =
            new Profile("moment", 1, 1, 0.1, 0.5, 0.1, 0.05, 1, List.of(10), List.of(1, 8), List.of(100, 10_240), 0, 0);

    static final Profile QUICK = new Profile(
            "quick",
            2,
            1,
            10,
            8,
            2,
            1,
            100,
            List.of(100, 1_000, 10_000),
            List.of(1, 10, 50, 256, 1_000),
            VALUE_BYTES,
            1,
            1);

    static final Profile STANDARD = new Profile(
            "standard",
            3,
            3,
            20,
            15,
            5,
            2,
            100,
            List.of(100, 1_000, 10_000),
            List.of(1, 10, 50, 256, 1_000),
            VALUE_BYTES,
            1,
            2);

    static final Profile FULL = new Profile(
            "full",
            5,
            5,
            30,
            300,
            20,
            4,
            100,
            List.of(100, 1_000, 10_000),
            List.of(1, 4, 10, 50, 100, 256, 1_000),
            VALUE_BYTES,
            3,
            4);

    Profile {
        watchers = List.copyOf(watchers);
        clients = List.copyOf(clients);
        valueBytes = List.copyOf(valueBytes);
    }

    /** That share of a published number, at least one. */
    int share(int published) {
        return Math.max(1, published * percent / 100);
    }

    static Profile named(String name) {
        for (Profile profile : List.of(MOMENT, QUICK, STANDARD, FULL)) {
            if (profile.name.equals(name)) {
                return profile;
            }
        }
        throw new IllegalArgumentException("no profile " + name);
    }
}
