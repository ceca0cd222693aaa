package io.metastore.bench.load;

/** Who watches what: watchers spread evenly over prefixes and over streams; each put goes to the next prefix. */
public record WatchPlan(int watchers, int prefixes, int streams, int valueBytes) {
    private static final int KEYS_PER_PREFIX = 100;

    public WatchPlan {
        if (watchers < 1 || prefixes < 1 || streams < 1 || streams > watchers || watchers % prefixes != 0) {
            throw new IllegalArgumentException(
                    "%d watchers on %d prefixes over %d streams: watchers must be a multiple of prefixes, streams not more"
                            .formatted(watchers, prefixes, streams));
        }
        if (valueBytes < Long.BYTES) {
            throw new IllegalArgumentException("a watched value holds its time, %d bytes".formatted(Long.BYTES));
        }
    }

    int watchersPerPrefix() {
        return watchers / prefixes;
    }

    String prefix(int number) {
        return "bench/watch/%06d/".formatted(number % prefixes);
    }

    KeySpace keys(int number) {
        return new KeySpace(prefix(number), KEYS_PER_PREFIX);
    }
}
