package io.metastore.raft;

import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.conf.ConfigurationEntry;
import com.alipay.sofa.jraft.conf.ConfigurationManager;
import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.LogId;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.codec.LogEntryCodecFactory;
import com.alipay.sofa.jraft.entity.codec.v2.LogEntryV2CodecFactory;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import io.metastore.raft.log.LogRecord;
import io.metastore.raft.log.SegmentedLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * jraft's view of the {@link SegmentedLog}. Any failure is fatal, never retried.
 *
 * <p>Also knows, as the first, which configuration the log holds: before jraft acts on an entry that makes another
 * member a voter, this has seen it.
 */
final class JraftLogStorage implements LogStorage {

    /** What jraft itself encoded: entries that are not plain data. */
    private static final byte CONFIGURATION = 1;

    private static final byte OTHER = 2;

    private static final LogEntryCodecFactory CODEC = LogEntryV2CodecFactory.getInstance();

    private final SegmentedLog log;
    private final PeerId self;
    private final Fatal fatal;

    private volatile boolean soleVoter;

    JraftLogStorage(SegmentedLog log, PeerId self, Fatal fatal) {
        this.log = log;
        this.self = self;
        this.fatal = fatal;
    }

    /** Whether the newest configuration in the log is this member alone, with no change of it under way. */
    boolean isSoleVoter() {
        return soleVoter;
    }

    @Override
    public boolean init(LogStorageOptions options) {
        ConfigurationManager configurations = options.getConfigurationManager();
        for (long index : log.markedIndexes()) {
            LogEntry entry = getEntry(index);
            if (entry == null) {
                return false;
            }
            if (entry.getType() == EntryType.ENTRY_TYPE_CONFIGURATION) {
                configurations.add(configurationOf(entry));
                soleVoter = isSelfAlone(entry);
            }
        }
        return true;
    }

    private static ConfigurationEntry configurationOf(LogEntry entry) {
        Configuration old = entry.getOldPeers() == null
                ? new Configuration()
                : new Configuration(entry.getOldPeers(), entry.getOldLearners());
        return new ConfigurationEntry(
                new LogId(entry.getId().getIndex(), entry.getId().getTerm()),
                new Configuration(entry.getPeers(), entry.getLearners()),
                old);
    }

    private boolean isSelfAlone(LogEntry configuration) {
        List<PeerId> old = configuration.getOldPeers();
        return (old == null || old.isEmpty())
                && configuration.getPeers().size() == 1
                && configuration.getPeers().get(0).getEndpoint().equals(self.getEndpoint());
    }

    @Override
    public long getFirstLogIndex() {
        return log.firstIndex();
    }

    @Override
    public long getLastLogIndex() {
        return log.lastIndex();
    }

    @Override
    public @Nullable LogEntry getEntry(long index) {
        try {
            LogRecord found = log.read(index);
            return found == null ? null : decode(index, found);
        } catch (IOException | RuntimeException e) {
            fatal.report("entry %d of the raft log cannot be read".formatted(index), e);
            return null;
        }
    }

    @Override
    @Deprecated
    public long getTerm(long index) {
        LogEntry entry = getEntry(index);
        return entry == null ? 0 : entry.getId().getTerm();
    }

    @Override
    public boolean appendEntry(LogEntry entry) {
        return appendEntries(List.of(entry)) == 1;
    }

    @Override
    public int appendEntries(List<LogEntry> entries) {
        if (entries.isEmpty()) {
            return 0;
        }
        try {
            List<LogRecord> records = new ArrayList<>(entries.size());
            for (LogEntry entry : entries) {
                records.add(encode(entry));
                if (entry.getType() == EntryType.ENTRY_TYPE_CONFIGURATION) {
                    soleVoter = isSelfAlone(entry);
                }
            }
            log.append(entries.get(0).getId().getIndex(), records);
            return entries.size();
        } catch (IOException | RuntimeException e) {
            fatal.report("raft log cannot be written", e);
            return 0;
        }
    }

    @Override
    public boolean truncatePrefix(long firstIndexKept) {
        return change("cut at its start", () -> log.truncatePrefix(firstIndexKept));
    }

    @Override
    public boolean truncateSuffix(long lastIndexKept) {
        soleVoter = false;
        return change("cut at its end", () -> log.truncateSuffix(lastIndexKept));
    }

    @Override
    public boolean reset(long nextLogIndex) {
        soleVoter = false;
        return change("reset", () -> log.reset(nextLogIndex));
    }

    private interface Change {
        void run() throws IOException;
    }

    private boolean change(String what, Change change) {
        try {
            change.run();
            return true;
        } catch (IOException | RuntimeException e) {
            fatal.report("raft log cannot be " + what, e);
            return false;
        }
    }

    /** The log is closed by who opened it. */
    @Override
    public void shutdown() {}

    /** As the log holds it. */
    static LogRecord encode(LogEntry entry) {
        long checksum = entry.hasChecksum() ? entry.getChecksum() : 0;
        long term = entry.getId().getTerm();
        return switch (entry.getType()) {
            case ENTRY_TYPE_DATA -> new LogRecord(term, LogRecord.DATA, checksum, entry.getData());
            case ENTRY_TYPE_CONFIGURATION -> new LogRecord(term, CONFIGURATION, checksum, encodedByJraft(entry));
            default -> new LogRecord(term, OTHER, checksum, encodedByJraft(entry));
        };
    }

    private static ByteBuffer encodedByJraft(LogEntry entry) {
        return ByteBuffer.wrap(CODEC.encoder().encode(entry));
    }

    private LogEntry decode(long index, LogRecord source) throws IOException {
        if (source.kind() != LogRecord.DATA) {
            LogEntry entry = CODEC.decoder().decode(source.data().array());
            if (entry == null || entry.getId().getIndex() != index || entry.isCorrupted()) {
                throw new IOException("entry %d does not decode".formatted(index));
            }
            return entry;
        }
        LogEntry entry = new LogEntry(EntryType.ENTRY_TYPE_DATA);
        entry.setId(new LogId(index, source.term()));
        entry.setData(source.data());
        if (source.checksum() != 0) {
            entry.setChecksum(source.checksum());
        }
        return entry;
    }
}
