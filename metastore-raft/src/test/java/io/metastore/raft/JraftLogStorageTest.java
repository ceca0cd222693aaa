package io.metastore.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.conf.ConfigurationManager;
import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.LogId;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import io.metastore.raft.log.LogOptions;
import io.metastore.raft.log.SegmentedLog;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class JraftLogStorageTest {

    private static final LogOptions SMALL = new LogOptions(64 << 10, 64 << 10, false);
    private static final PeerId SELF = new PeerId("a", 1);
    private static final PeerId OTHER = new PeerId("b", 2);

    @TempDir
    Path dir;

    private final List<String> failures = new ArrayList<>();
    private final Fatal fatal = new Fatal((what, cause) -> failures.add(what), () -> {});
    private SegmentedLog log;
    private JraftLogStorage storage;

    @BeforeEach
    void open() throws Exception {
        fatal.started();
        log = SegmentedLog.open(dir, SMALL, false);
        storage = new JraftLogStorage(log, SELF, fatal);
    }

    @AfterEach
    void close() throws Exception {
        log.close();
    }

    private ConfigurationManager reopen() throws Exception {
        log.close();
        open();
        ConfigurationManager configurations = new ConfigurationManager();
        LogStorageOptions options = new LogStorageOptions();
        options.setConfigurationManager(configurations);
        assertThat(storage.init(options)).isTrue();
        return configurations;
    }

    private static LogEntry data(long index, int bytes) {
        LogEntry entry = new LogEntry(EntryType.ENTRY_TYPE_DATA);
        entry.setId(new LogId(index, 3));
        entry.setData(ByteBuffer.allocate(bytes).putInt(0, (int) index));
        entry.setChecksum(entry.checksum());
        return entry;
    }

    private static LogEntry configuration(long index, List<PeerId> peers, List<PeerId> old) {
        LogEntry entry = new LogEntry(EntryType.ENTRY_TYPE_CONFIGURATION);
        entry.setId(new LogId(index, 3));
        entry.setPeers(peers);
        if (!old.isEmpty()) {
            entry.setOldPeers(old);
        }
        entry.setChecksum(entry.checksum());
        return entry;
    }

    @Test
    void givesBackWhatItWasGiven() throws Exception {
        List<LogEntry> entries = List.of(
                configuration(1, List.of(SELF), List.of()),
                data(2, 100),
                data(3, 4),
                configuration(4, List.of(SELF, OTHER), List.of(SELF)),
                data(5, 1000));
        assertThat(storage.appendEntries(entries)).isEqualTo(5);
        for (int round = 0; round < 2; round++) {
            for (LogEntry entry : entries) {
                LogEntry read = storage.getEntry(entry.getId().getIndex());
                assertThat(read).isEqualTo(entry);
                assertThat(read.hasChecksum()).isTrue();
                assertThat(read.isCorrupted()).isFalse();
            }
            assertThat(storage.getEntry(6)).isNull();
            assertThat(storage.getEntry(0)).isNull();
            ConfigurationManager configurations = reopen();
            assertThat(configurations.getLastConfiguration().getConf().getPeers())
                    .containsExactly(SELF, OTHER);
            assertThat(configurations.getLastConfiguration().getOldConf().getPeers())
                    .containsExactly(SELF);
            assertThat(configurations.getLastConfiguration().getId()).isEqualTo(new LogId(4, 3));
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void knowsWhetherItsMemberIsAlone() throws Exception {
        assertThat(storage.isSoleVoter()).isFalse();
        storage.appendEntries(List.of(configuration(1, List.of(SELF), List.of())));
        assertThat(storage.isSoleVoter()).isTrue();
        storage.appendEntries(List.of(configuration(2, List.of(SELF, OTHER), List.of(SELF))));
        assertThat(storage.isSoleVoter()).isFalse();
        storage.appendEntries(List.of(configuration(3, List.of(SELF, OTHER), List.of())));
        assertThat(storage.isSoleVoter()).isFalse();
        storage.appendEntries(List.of(configuration(4, List.of(SELF), List.of(SELF, OTHER))));
        assertThat(storage.isSoleVoter()).as("the change is not over").isFalse();
        storage.appendEntries(List.of(configuration(5, List.of(SELF), List.of())));
        assertThat(storage.isSoleVoter()).isTrue();
        reopen();
        assertThat(storage.isSoleVoter()).isTrue();
        storage.appendEntries(List.of(configuration(6, List.of(OTHER), List.of())));
        assertThat(storage.isSoleVoter()).isFalse();
    }

    @Test
    void reportsAWriteThatFailed() throws Exception {
        storage.appendEntries(List.of(data(1, 10)));
        log.close();
        assertThat(storage.appendEntries(List.of(data(2, 10)))).isZero();
        assertThat(storage.truncateSuffix(0)).isFalse();
        assertThat(failures).hasSize(1);
    }

    @Test
    void reportsAReadThatFailed() throws Exception {
        storage.appendEntries(List.of(data(1, 10)));
        log.close();
        assertThat(storage.getEntry(1)).isNull();
        assertThat(failures).hasSize(1);
    }
}
