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

    private static final PeerAddress SELF = new PeerAddress(1, "localhost", 2380);
    private static final PeerAddress OTHER = new PeerAddress(2, "localhost", 2381);

    private static RaftConfig config() {
        return RaftConfig.of("group", SELF, List.of(SELF, OTHER), Path.of("dir"));
    }

    private static MemberNodeOptions options(RaftConfig config) {
        return JraftSettings.nodeOptions(config, new JraftServices(null, null), new StateMachineAdapter() {
            @Override
            public void onApply(com.alipay.sofa.jraft.Iterator entries) {}
        });
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
        assertThatThrownBy(() -> RaftConfig.of("1 group", SELF, List.of(SELF), Path.of("dir")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RaftConfig.of("group", SELF, List.of(OTHER), Path.of("dir")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        RaftConfig.of("group", SELF, List.of(SELF, new PeerAddress(1, "other", 1)), Path.of("dir")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> config().withTimeouts(Duration.ofMillis(100), Duration.ofMillis(100)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PeerAddress(0, "localhost", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PeerAddress(1, "localhost", 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
