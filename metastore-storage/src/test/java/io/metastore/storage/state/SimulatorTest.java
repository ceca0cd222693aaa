package io.metastore.storage.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.storage.engine.EngineConfig;
import io.metastore.storage.engine.KvEngine;
import io.metastore.storage.engine.MemoryEngine;
import io.metastore.storage.engine.RocksEngine;
import io.metastore.storage.state.RandomCommands.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three replicas take the same log: in batches cut differently, with crashes back to the last flush and replay, with
 * states handed from one to another, with and without the erasing of compacted history. Whatever happens, equal index
 * means equal state, equal to the naive model's; and every answer and every event is the model's.
 */
class SimulatorTest {
    private static final int REPLICAS = 3;

    @TempDir
    private Path directory;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, Long.getLong("metastore.simulator.seeds", 100));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    @Timeout(60)
    void replicasAgreeWhateverHappensToThem(long seed) throws IOException {
        new Simulation(seed, 250, MemoryEngine::new).run();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1001, 1002, 1003})
    @Timeout(60)
    void soDoReplicasOnRocksDb(long seed) throws IOException {
        new Simulation(seed, 200, this::rocks).run();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {2001})
    @Tag("slow")
    @Timeout(600)
    void andInALongLife(long seed) throws IOException {
        new Simulation(seed, 50_000, MemoryEngine::new).run();
    }

    private KvEngine rocks() {
        try {
            return RocksEngine.open(
                    Files.createTempDirectory(directory, "rocks").resolve("state"),
                    EngineConfig.ofNativeBytes(16 << 20));
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private final class Simulation {
        private final Random random;
        private final List<Entry> log;
        private final List<Replica> replicas = new ArrayList<>();
        private final List<List<Object>> expectedAnswers = new ArrayList<>();
        private final List<StateDigest> expectedStates = new ArrayList<>();
        private final ModelState model = new ModelState();

        Simulation(long seed, int entries, Supplier<KvEngine> engines) throws IOException {
            random = new Random(seed);
            log = new RandomCommands(seed).entries(entries);
            for (int i = 0; i < REPLICAS; i++) {
                replicas.add(new Replica(engines, Files.createTempDirectory(directory, "r"), i > 0));
            }
        }

        void run() {
            for (Entry entry : log) {
                List<Object> answers = new ArrayList<>();
                entry.commands().forEach(command -> answers.add(model.apply(command, entry.term())));
                expectedAnswers.add(answers);
                expectedStates.add(StateDigest.of(model));
            }
            try {
                while (replicas.stream().anyMatch(replica -> replica.appliedIndex() < log.size())) {
                    step(replicas.get(random.nextInt(REPLICAS)));
                }
                checkEnd();
            } finally {
                replicas.forEach(Replica::close);
            }
        }

        private void step(Replica replica) {
            switch (random.nextInt(40)) {
                case 0 -> replica.crash();
                case 1, 2 -> replica.flush();
                case 3 -> install(replica);
                case 4 -> replica.state().defragment();
                default -> applySome(replica);
            }
            check(replica);
        }

        /** Entries the replica holds already may come again. */
        private void applySome(Replica replica) {
            int applied = (int) replica.appliedIndex();
            int from = Math.max(0, applied - (random.nextInt(10) == 0 ? random.nextInt(10) : 0));
            int to = Math.min(log.size(), applied + 1 + random.nextInt(20));
            replica.apply(log.subList(Math.min(from, to), to));
        }

        private void install(Replica behind) {
            Replica ahead = replicas.get(random.nextInt(REPLICAS));
            if (ahead.appliedIndex() > behind.appliedIndex()) {
                behind.load(ahead.save());
                assertThat(behind.appliedIndex()).isEqualTo(ahead.appliedIndex());
            }
        }

        private void check(Replica replica) {
            int index = (int) replica.appliedIndex();
            if (index > 0) {
                assertThat(StateDigest.of(replica.state()))
                        .as("state at %d", index)
                        .isEqualTo(expectedStates.get(index - 1));
                for (Replica other : replicas) {
                    if (other != replica && other.appliedIndex() == index) {
                        assertThat(StateDigest.hashesOf(replica.state()))
                                .isEqualTo(StateDigest.hashesOf(other.state()));
                    }
                }
            }
        }

        private void checkEnd() {
            for (Replica replica : replicas) {
                assertThat(StateDigest.hashesOf(replica.state()))
                        .isEqualTo(StateDigest.hashesOf(replicas.get(0).state()));
                for (Entry entry : log) {
                    List<Object> answers = replica.answersTo(entry.index());
                    if (answers != null) {
                        assertThat(answers)
                                .as("answers to %s", entry)
                                .isEqualTo(expectedAnswers.get((int) entry.index() - 1));
                    }
                }
                for (long revision = 2; revision <= model.revision; revision++) {
                    List<String> events = replica.eventsOf(revision);
                    if (events != null) {
                        assertThat(events).isEqualTo(model.events.get(revision));
                    }
                }
            }
        }
    }
}
