package io.metastore.server.replication;

import io.metastore.api.EtcdError;
import io.metastore.raft.PeerTransport;
import io.metastore.raft.RaftNode;
import io.metastore.server.peer.PeerException;
import io.metastore.server.peer.PeerNetwork;
import io.metastore.storage.state.CommandCodec;
import io.metastore.storage.state.EntryCommands;
import io.metastore.storage.state.UnreadableEntryException;
import java.nio.ByteBuffer;

/**
 * The leader's side of commands that other members took. An entry is read before it is proposed: one that cannot be read would
 * stop every member.
 */
public final class ProposalService implements PeerNetwork.Handler {
    static final String METHOD = "Propose";

    private final RaftNode raft;
    private final int maxEntryBytes;

    /**
     * @param maxRequestBytes what members take from clients
     */
    public ProposalService(RaftNode raft, PeerNetwork peers, int maxRequestBytes) {
        this.raft = raft;
        this.maxEntryBytes = Replicator.maxEntryBytes(maxRequestBytes);
        peers.handle(METHOD, this);
    }

    @Override
    public void handle(long from, byte[] body, PeerTransport.Reply reply) {
        if (!raft.leadership().self()) {
            reply.failed(new PeerException(PeerException.Kind.NOT_LEADER, "this member does not lead"));
            return;
        }
        if (body.length > maxEntryBytes) {
            reply.failed(new PeerException(PeerException.Kind.ETCD_ERROR, EtcdError.REQUEST_TOO_LARGE.name()));
            return;
        }
        EntryCommands entry;
        try {
            entry = CommandCodec.decode(ByteBuffer.wrap(body));
        } catch (UnreadableEntryException unreadable) {
            reply.failed(new PeerException(PeerException.Kind.BUSY, String.valueOf(unreadable.getMessage())));
            return;
        }
        if (entry.memberId() != from || entry.commands().isEmpty()) {
            reply.failed(new PeerException(PeerException.Kind.BUSY, "not an entry of member %x".formatted(from)));
            return;
        }
        raft.propose(new ForwardedProposal(ByteBuffer.wrap(body), entry.commands(), reply));
    }
}
