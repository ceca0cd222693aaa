package io.metastore.raft;

import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.LogId;
import com.alipay.sofa.jraft.entity.PeerId;
import io.metastore.raft.log.LogOptions;
import io.metastore.raft.log.SegmentedLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Makes a member that does not run the only voter of its group, for when the others will not come back (etcd:
 * server/etcdserver/bootstrap.go, ForceNewCluster). While another of them lives there may be two leaders afterwards.
 *
 * <p>All that the log of the member holds counts as agreed on from then on, whether the group had come to that or not: which of
 * its last entries were agreed on is not on disk, and none that was may be lost.
 */
public final class SoleVoter {

    private SoleVoter() {}

    /**
     * Appends to the log, as one write, a configuration of this member alone and an entry behind it. Both are of a term that is new,
     * so that no other member has entries of the same term and index.
     *
     * @param machine asked for what it has applied, nothing else
     * @throws RaftStartException if the files are damaged or do not belong together, or there are none to go on from; the log is as
     *     it was then
     */
    public static void force(RaftConfig config, ReplicatedStateMachine machine, ByteBuffer entry)
            throws RaftStartException {
        try {
            Directories.create(config.dir());
            DirectoryLock lock = DirectoryLock.acquire(config.dir());
            try {
                append(config, StartChecks.read(config.dir(), machine), entry);
            } finally {
                lock.close();
            }
        } catch (IOException e) {
            throw new RaftStartException(String.valueOf(e.getMessage()), e);
        }
    }

    private static void append(RaftConfig config, StartChecks checks, ByteBuffer data)
            throws IOException, RaftStartException {
        Vote vote = Vote.read(Directories.meta(config.dir()));
        if (vote == null) {
            throw nothingThere(config);
        }
        LogOptions options = LogOptions.DEFAULT.withFsync(config.fsync());
        try (SegmentedLog log = SegmentedLog.open(Directories.log(config.dir()), options, true)) {
            checks.run(log);
            long last = log.lastIndex();
            if (last == 0) {
                throw nothingThere(config);
            }
            long term = vote.term() + 1;
            // First: a vote that is older than the log is damage.
            new Vote(term, PeerId.emptyPeer().toString()).write(Directories.meta(config.dir()), config.fsync());
            LogEntry alone = new LogEntry(EntryType.ENTRY_TYPE_CONFIGURATION);
            alone.setId(new LogId(last + 1, term));
            alone.setPeers(List.of(PeerIds.of(config.memberId())));
            LogEntry behind = new LogEntry(EntryType.ENTRY_TYPE_DATA);
            behind.setId(new LogId(last + 2, term));
            behind.setData(data);
            log.append(last + 1, List.of(JraftLogStorage.encode(alone), JraftLogStorage.encode(behind)));
        }
    }

    private static RaftStartException nothingThere(RaftConfig config) {
        return new RaftStartException("the raft log in %s holds nothing to go on from".formatted(config.dir()));
    }
}
