package io.metastore.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RaftNodeTest {

    @TempDir
    Path dir;

    private final List<String> fatal = new ArrayList<>();

    private RaftConfig config() {
        PeerAddress self = new PeerAddress(1, "localhost", 1);
        return RaftConfig.of("test", self, List.of(self), dir).withSegmentBytes(1 << 20);
    }

    private RaftNode start(CounterMachine machine) throws Exception {
        RaftNode node = RaftNode.start(config(), machine, (what, cause) -> fatal.add(what));
        node.awaitReady().get(10, TimeUnit.SECONDS);
        return node;
    }

    @Test
    void appliesEachEntryExactlyOnceAlsoAcrossRestarts() throws Exception {
        CounterMachine kept = new CounterMachine();
        try (RaftNode node = start(kept)) {
            List<CounterMachine.Add> adds = new ArrayList<>();
            for (int i = 1; i <= 10_000; i++) {
                CounterMachine.Add add = new CounterMachine.Add(i);
                adds.add(add);
                node.propose(add);
            }
            for (CounterMachine.Add add : adds) {
                add.sum.get(10, TimeUnit.SECONDS);
            }
        }
        assertThat(kept.sum()).isEqualTo(50_005_000);
        try (RaftNode node = start(kept)) {
            CounterMachine.Add add = new CounterMachine.Add(1);
            node.propose(add);
            assertThat(add.sum.get(10, TimeUnit.SECONDS)).isEqualTo(50_005_001);
        }
        CounterMachine replayed = new CounterMachine();
        try (RaftNode node = start(replayed)) {
            assertThat(node.leadership().ready()).isTrue();
            assertThat(replayed.sum()).isEqualTo(50_005_001);
            assertThat(replayed.count()).isEqualTo(10_001);
        }
        assertThat(fatal).isEmpty();
    }
}
