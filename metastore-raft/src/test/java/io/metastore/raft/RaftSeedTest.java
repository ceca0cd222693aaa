package io.metastore.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A member that begins with a state of its own making goes on from it. */
@Timeout(60)
class RaftSeedTest {
    private static final long INDEX = 3;
    private static final long SUM = 40;

    @TempDir
    private Path directory;

    @Test
    void aSoleMemberGoesOnFromItsStateAndAfterARestartFromItsLog() throws Exception {
        try (LocalGroup group = new LocalGroup(directory, 1)) {
            seed(group, 1, 1);
            group.startAll();
            assertThat(group.add(2)).isEqualTo(SUM + 2);
            group.stop(1);
            group.forget(1);

            group.start(1);

            assertThat(group.add(1)).isEqualTo(SUM + 3);
            assertThat(group.fatal).isEmpty();
        }
    }

    @Test
    void membersOfOneSeedAgree() throws Exception {
        try (LocalGroup group = new LocalGroup(directory, 3)) {
            for (int id = 1; id <= 3; id++) {
                seed(group, id, 3);
            }
            group.startAll();

            assertThat(group.add(2)).isEqualTo(SUM + 2);
            for (long id = 1; id <= 3; id++) {
                CounterMachine machine = group.machine(id);
                LocalGroup.eventually("member has it", () -> machine.sum() == SUM + 2);
            }
            assertThat(group.fatal).isEmpty();
        }
    }

    private static void seed(LocalGroup group, int id, int members) throws IOException {
        List<Long> voters = LongStream.rangeClosed(1, members).boxed().toList();
        RaftSeed.write(group.dirOf(id), voters, INDEX, 1, state -> {
            Files.createDirectories(state.resolve("parts"));
            Files.writeString(state.resolve("parts").resolve("counter"), SUM + " 2");
            Files.writeString(state.resolve("empty"), "");
        });
    }
}
