package io.metastore.server.replication;

import io.metastore.raft.PeerTransport;
import io.metastore.raft.Proposal;
import io.metastore.raft.RaftException;
import io.metastore.server.peer.PeerException;
import io.metastore.storage.state.Command;
import java.nio.ByteBuffer;
import java.util.List;

/** Commands that another member took, proposed here because this one leads. That member answers its clients itself. */
final class ForwardedProposal implements Proposal {
    private static final byte[] APPLIED = {};

    private final ByteBuffer data;
    private final List<Command> commands;
    private final PeerTransport.Reply reply;

    ForwardedProposal(ByteBuffer data, List<Command> commands, PeerTransport.Reply reply) {
        this.data = data;
        this.commands = commands;
        this.reply = reply;
    }

    @Override
    public ByteBuffer data() {
        return data;
    }

    List<Command> commands() {
        return commands;
    }

    @Override
    public boolean isForwarded() {
        return true;
    }

    void applied() {
        reply.answered(APPLIED);
    }

    @Override
    public void failed(RaftException why) {
        reply.failed(new PeerException(kindOf(why), String.valueOf(why.getMessage())));
    }

    private static PeerException.Kind kindOf(RaftException why) {
        if (why instanceof RaftException.Refused refused) {
            return switch (refused.reason()) {
                case NOT_LEADER, STOPPED -> PeerException.Kind.NOT_LEADER;
                case BUSY -> PeerException.Kind.BUSY;
                case TIMEOUT -> PeerException.Kind.UNKNOWN;
            };
        }
        return PeerException.Kind.UNKNOWN;
    }
}
