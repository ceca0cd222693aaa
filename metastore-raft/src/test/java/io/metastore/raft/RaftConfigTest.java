package io.metastore.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.option.ReadOnlyOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RaftConfigTest {

    private static RaftConfig config() {
        return RaftConfig.of("group", 1, List.of(1L, 2L), Path.of("dir"));
    }

    private static MemberNodeOptions options(RaftConfig config) {
        return JraftSettings.nodeOptions(
                config,
                new JraftServices(null, null),
                new StateMachineAdapter() {
                    @Override
                    public void onApply(com.alipay.sofa.jraft.Iterator entries) {}
                },
                new PeerProgress(),
                new PeerCallMeter(RaftObserver.NONE, 1, System::nanoTime));
    }

    @Test
    void jraftIsSetUpForAStoreOfRecord() {
        MemberNodeOptions node = options(config());
        RaftOptions raft = node.getRaftOptions();
        assertThat(raft.isSync()).isTrue();
        assertThat(raft.isSyncMeta()).isTrue();
        assertThat(raft.isEnableLogEntryChecksum()).isTrue();
        assertThat(raft.getReadOnlyOptions()).isEqualTo(ReadOnlyOption.ReadOnlySafe);
        assertThat(raft.getMaxLogsInMemoryBytes()).isEqualTo(64L << 20);
        assertThat(raft.getMaxReplicatorInflightMsgs()).isEqualTo(32);
        assertThat(raft.getApplyBatch()).isEqualTo(256);
        assertThat(raft.getMaxByteCountPerRpc()).isEqualTo(1 << 20);
        assertThat(raft.isOpenStatistics()).isFalse();
        assertThat(raft.getElectionHeartbeatFactor()).isEqualTo(10);
        assertThat(node.isDisableCli()).isTrue();
        assertThat(node.getSnapshotIntervalSecs()).isZero();
        assertThat(node.getElectionTimeoutMs()).isEqualTo(1000);
    }

    @Test
    void onlyWithoutFsyncNothingIsForced() {
        RaftOptions raft = options(config().withFsync(false)).getRaftOptions();
        assertThat(raft.isSync()).isFalse();
        assertThat(raft.isSyncMeta()).isFalse();
    }

    @Test
    void refusesWhatCannotWork() {
        assertThatThrownBy(() -> RaftConfig.of("1 group", 1, List.of(1L), Path.of("dir")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RaftConfig.of("group", 1, List.of(2L), Path.of("dir")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RaftConfig.of("group", 1, List.of(1L, 1L), Path.of("dir")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> config().withTimeouts(Duration.ofMillis(100), Duration.ofMillis(100)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RaftConfig.of("group", 0, List.of(), Path.of("dir")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
