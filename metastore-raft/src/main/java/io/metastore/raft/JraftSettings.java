package io.metastore.raft;

import com.alipay.sofa.jraft.StateMachine;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.option.ReadOnlyOption;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The options of jraft that we do not leave at their defaults, most of which are wrong for a store of record. */
final class JraftSettings {

    private static final Logger log = LoggerFactory.getLogger(JraftSettings.class);

    /** How many entries jraft takes from its queue at once. */
    private static final int APPLY_BATCH = 256;

    private static final int ONE_MIB = 1 << 20;
    private static final long MAX_LOGS_IN_MEMORY_BYTES = 64L << 20;
    private static final int MAX_REPLICATOR_IN_FLIGHT = 32;

    /**
     * jraft reads a part of a snapshot into a buffer that grows by this much at a time and is copied each time: with its 1 KiB,
     * a part of 1 MiB means 500 MiB of copying.
     */
    private static final String BUFFER_PROPERTY = "jraft.byte_buf.size";

    private static final int BUFFER_BYTES = 256 << 10;

    private JraftSettings() {}

    /** What jraft takes from the system's properties when its classes are loaded. */
    static void beforeFirstUse() {
        if (System.getProperty(BUFFER_PROPERTY) == null) {
            System.setProperty(BUFFER_PROPERTY, Integer.toString(BUFFER_BYTES));
        }
    }

    static MemberNodeOptions nodeOptions(
            RaftConfig config,
            JraftServices services,
            StateMachine machine,
            PeerProgress progress,
            PeerCallMeter meter) {
        int electionMillis = Math.toIntExact(config.electionTimeout().toMillis());
        MemberNodeOptions options = new MemberNodeOptions(config.memberId(), config.transport(), progress, meter);
        options.setServiceFactory(services);
        options.setFsm(machine);
        options.setInitialConf(PeerIds.configuration(RaftMembers.ofVoters(config.voters())));
        options.setElectionTimeoutMs(electionMillis);
        // Waited for by an election, once for each member that is away.
        options.setRpcConnectTimeoutMs(Math.max(50, electionMillis / 4));
        // Answered when the other member has loaded it, however large; one that has gone is noticed by its connection.
        options.setRpcInstallSnapshotTimeout(Math.toIntExact(Duration.ofDays(1).toMillis()));
        options.setLogUri(Directories.log(config.dir()).toString());
        options.setRaftMetaUri(Directories.meta(config.dir()).toString());
        options.setSnapshotUri(Directories.snapshot(config.dir()).toString());
        options.setSnapshotIntervalSecs(0); // SnapshotTrigger counts entries and bytes instead
        options.setDisableCli(true);
        options.setSharedTimerPool(true);
        options.setSharedElectionTimer(true);
        options.setSharedVoteTimer(true);
        options.setSharedStepDownTimer(true);
        options.setSharedSnapshotTimer(true);
        options.setRpcProcessorThreadPoolSize(6);
        options.setRaftOptions(raftOptions(config, electionMillis));
        requireDurable(config, options);
        return options;
    }

    private static RaftOptions raftOptions(RaftConfig config, int electionMillis) {
        RaftOptions options = new RaftOptions();
        options.setSync(config.fsync());
        options.setSyncMeta(config.fsync());
        options.setReadOnlyOptions(ReadOnlyOption.ReadOnlySafe);
        options.setEnableLogEntryChecksum(true);
        options.setMaxLogsInMemoryBytes(MAX_LOGS_IN_MEMORY_BYTES);
        options.setMaxReplicatorInflightMsgs(MAX_REPLICATOR_IN_FLIGHT);
        options.setMaxByteCountPerRpc(ONE_MIB);
        options.setMaxBodySize(ONE_MIB);
        options.setMaxAppendBufferSize(ONE_MIB);
        options.setApplyBatch(APPLY_BATCH);
        options.setOpenStatistics(false);
        options.setMaxElectionDelayMs(electionMillis);
        options.setElectionHeartbeatFactor(Math.max(
                2, Math.toIntExact(electionMillis / config.heartbeatInterval().toMillis())));
        return options;
    }

    private static void requireDurable(RaftConfig config, NodeOptions options) {
        RaftOptions raft = options.getRaftOptions();
        if (!config.fsync()) {
            log.warn("UNSAFE: fsync is off, a power cut will lose acknowledged writes and may elect two leaders");
        } else if (!raft.isSync() || !raft.isSyncMeta()) {
            throw new IllegalStateException("the log and the vote must be forced to the device");
        }
    }
}
