package io.metastore.raft;

import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.option.RaftMetaStorageOptions;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import java.io.IOException;
import java.nio.file.Path;

/** jraft's view of the {@link Vote}; called under the lock of its node. A vote that cannot be kept is fatal. */
final class VoteStorage implements RaftMetaStorage {

    private final Path dir;
    private final boolean fsync;
    private final Fatal fatal;

    private long term;
    private PeerId votedFor = PeerId.emptyPeer();
    private boolean failed;

    VoteStorage(Path dir, boolean fsync, Fatal fatal) {
        this.dir = dir;
        this.fsync = fsync;
        this.fatal = fatal;
    }

    @Override
    public boolean init(RaftMetaStorageOptions options) {
        try {
            Vote vote = Vote.read(dir);
            if (vote != null) {
                term = vote.term();
                return votedFor.parse(vote.votedFor());
            }
            return true;
        } catch (IOException e) {
            fatal.report("the vote cannot be read", e);
            return false;
        }
    }

    @Override
    public void shutdown() {}

    @Override
    public boolean setTerm(long newTerm) {
        return setTermAndVotedFor(newTerm, votedFor);
    }

    @Override
    public long getTerm() {
        return term;
    }

    @Override
    public boolean setVotedFor(PeerId peer) {
        return setTermAndVotedFor(term, peer);
    }

    @Override
    public PeerId getVotedFor() {
        return votedFor;
    }

    @Override
    public boolean setTermAndVotedFor(long newTerm, PeerId peer) {
        if (failed) {
            return false;
        }
        term = newTerm;
        votedFor = peer.copy();
        try {
            new Vote(newTerm, peer.toString()).write(dir, fsync);
            return true;
        } catch (IOException e) {
            // What is on the device now, nobody knows.
            failed = true;
            fatal.report("the vote of term %d cannot be kept".formatted(newTerm), e);
            return false;
        }
    }
}
