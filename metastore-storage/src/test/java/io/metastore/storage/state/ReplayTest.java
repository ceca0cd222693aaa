package io.metastore.storage.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.storage.engine.MemoryEngine;
import io.metastore.storage.state.RandomCommands.Entry;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same log leads to the same state, one entry at a time or in batches, stopped and started anywhere. */
class ReplayTest {

    @TempDir
    private Path directory;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 20);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    @Timeout(60)
    void otherBatchesAndRestartsMakeNoDifference(long seed) {
        List<Entry> log = new RandomCommands(-seed).entries(200);
        try (Replica oneByOne = new Replica(MemoryEngine::new, directory.resolve("a"), false);
                Replica batched = new Replica(MemoryEngine::new, directory.resolve("b"), false)) {
            log.forEach(entry -> oneByOne.apply(List.of(entry)));
            applyInBatches(batched, log, new Random(seed));

            assertThat(StateDigest.of(batched.state())).isEqualTo(StateDigest.of(oneByOne.state()));
            assertThat(StateDigest.hashesOf(batched.state())).isEqualTo(StateDigest.hashesOf(oneByOne.state()));
            for (Entry entry : log) {
                assertThat(batched.answersTo(entry.index())).isEqualTo(oneByOne.answersTo(entry.index()));
            }
        }
    }

    private void applyInBatches(Replica replica, List<Entry> log, Random random) {
        directory.resolve("b").toFile().mkdir();
        while (replica.appliedIndex() < log.size()) {
            int from = (int) replica.appliedIndex();
            replica.apply(log.subList(from, Math.min(log.size(), from + 1 + random.nextInt(30))));
            if (random.nextInt(4) == 0) {
                replica.flush();
            }
            if (random.nextInt(6) == 0) {
                replica.crash();
            }
        }
    }
}
