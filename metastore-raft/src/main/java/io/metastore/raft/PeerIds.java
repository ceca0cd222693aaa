package io.metastore.raft;

import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.util.Endpoint;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Member ids as jraft writes them down. jraft takes a member for the address it listens on; ours is its id, so that one
 * that lost its data and comes back where it was is somebody else, and one that moves is still itself. Where a member is
 * reached, the {@link PeerTransport} knows.
 */
final class PeerIds {

    /** jraft wants one. */
    private static final int PORT = 1;

    private PeerIds() {}

    static PeerId of(long memberId) {
        return new PeerId(Long.toHexString(memberId), PORT);
    }

    static Configuration configuration(RaftMembers members) {
        Configuration configuration = new Configuration();
        members.voters().forEach(id -> configuration.addPeer(of(id)));
        members.learners().forEach(id -> configuration.addLearner(of(id)));
        return configuration;
    }

    static RaftMembers members(Configuration configuration) {
        return new RaftMembers(idsOf(configuration.getPeers()), idsOf(configuration.getLearners()));
    }

    private static Set<Long> idsOf(Collection<PeerId> peers) {
        Set<Long> ids = new LinkedHashSet<>();
        peers.forEach(peer -> ids.add(memberId(peer)));
        return ids;
    }

    /** 0 if it is nobody. */
    static long memberId(@Nullable PeerId peer) {
        return peer == null || peer.isEmpty() ? 0 : memberId(peer.getEndpoint());
    }

    static long memberId(Endpoint endpoint) {
        return Long.parseUnsignedLong(endpoint.getIp(), 16);
    }
}
