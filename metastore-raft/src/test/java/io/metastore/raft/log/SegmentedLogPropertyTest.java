package io.metastore.raft.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Any order of changes and restarts: the log holds what a map would. */
class SegmentedLogPropertyTest {

    private enum What {
        APPEND,
        APPEND_LARGE,
        TRUNCATE_PREFIX,
        TRUNCATE_SUFFIX,
        RESET,
        REOPEN,
        CRASH
    }

    private record Step(What what, int amount) {}

    @Provide
    static Arbitrary<List<Step>> steps() {
        Arbitrary<What> whats = Arbitraries.frequency(
                Tuple.of(10, What.APPEND),
                Tuple.of(2, What.APPEND_LARGE),
                Tuple.of(3, What.TRUNCATE_PREFIX),
                Tuple.of(3, What.TRUNCATE_SUFFIX),
                Tuple.of(1, What.RESET),
                Tuple.of(2, What.REOPEN),
                Tuple.of(2, What.CRASH));
        return Combinators.combine(whats, Arbitraries.integers().between(1, 40))
                .as(Step::new)
                .list()
                .ofMaxSize(40);
    }

    @Property(tries = 300)
    void holdsWhatAMapWould(@ForAll("steps") List<Step> steps) throws IOException {
        Path temp = Files.createTempDirectory("log-property");
        try {
            new Run(temp).all(steps);
        } finally {
            try (Stream<Path> all = Files.walk(temp).sorted(Comparator.reverseOrder())) {
                for (Path path : (Iterable<Path>) all::iterator) {
                    Files.delete(path);
                }
            }
        }
    }

    private static final class Run {

        private final Path temp;
        private final TreeMap<Long, LogRecord> model = new TreeMap<>();
        private Path dir;
        private SegmentedLog log;
        private long first = 1;
        private long last;
        private long term = 1;
        private int crashes;

        Run(Path temp) throws IOException {
            this.temp = temp;
            dir = temp.resolve("0");
            log = LogFixture.open(dir);
        }

        void all(List<Step> steps) throws IOException {
            for (Step step : steps) {
                one(step);
                check();
            }
            log.close();
            log = LogFixture.open(dir);
            check();
            log.close();
        }

        private void one(Step step) throws IOException {
            switch (step.what) {
                case APPEND -> append(step.amount, 200);
                case APPEND_LARGE -> append(1, step.amount * 1000);
                case TRUNCATE_PREFIX -> {
                    first = first + step.amount;
                    last = Math.max(last, first - 1);
                    model.headMap(first).clear();
                    log.truncatePrefix(first);
                }
                case TRUNCATE_SUFFIX -> {
                    last = Math.max(first - 1, last - step.amount);
                    model.tailMap(last, false).clear();
                    log.truncateSuffix(last);
                    term++;
                }
                case RESET -> {
                    first = last + step.amount;
                    last = first - 1;
                    model.clear();
                    log.reset(first);
                }
                case REOPEN -> {
                    log.close();
                    log = LogFixture.open(dir);
                }
                case CRASH -> {
                    Path next = temp.resolve(String.valueOf(++crashes));
                    LogFixture.crash(log, dir, next);
                    log.close();
                    dir = next;
                    log = LogFixture.open(dir);
                }
            }
        }

        private void append(int entries, int bytes) throws IOException {
            List<LogRecord> records = LogFixture.records(last + 1, last + entries, term, bytes);
            log.append(last + 1, records);
            for (LogRecord record : records) {
                model.put(++last, record);
            }
        }

        private void check() throws IOException {
            assertThat(log.firstIndex()).isEqualTo(first);
            assertThat(log.lastIndex()).isEqualTo(last);
            assertThat(log.lastTerm())
                    .isEqualTo(
                            model.isEmpty() ? 0 : model.lastEntry().getValue().term());
            for (var entry : model.entrySet()) {
                assertThat(log.read(entry.getKey())).isEqualTo(entry.getValue());
            }
            assertThat(log.read(first - 1)).isNull();
            assertThat(log.read(last + 1)).isNull();
            assertThat(log.markedIndexes())
                    .isEqualTo(model.keySet().stream().filter(i -> i % 10 == 0).toList());
        }
    }
}
