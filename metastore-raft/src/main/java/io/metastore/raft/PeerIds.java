package io.metastore.raft;

import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.entity.PeerId;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Member ids and the addresses by which jraft knows members. */
final class PeerIds {

    private final Map<PeerId, Long> memberIds = new ConcurrentHashMap<>();
    private final PeerId self;

    PeerIds(PeerAddress self, Collection<PeerAddress> others) {
        this.self = of(self);
        others.forEach(this::add);
        add(self);
    }

    void add(PeerAddress member) {
        memberIds.put(of(member), member.memberId());
    }

    PeerId self() {
        return self;
    }

    static PeerId of(PeerAddress address) {
        return new PeerId(address.host(), address.port());
    }

    static Configuration configuration(Collection<PeerAddress> voters) {
        return new Configuration(voters.stream().map(PeerIds::of).toList());
    }

    /** 0 if it is nobody, or nobody known. */
    long memberId(@Nullable PeerId peer) {
        return peer == null || peer.isEmpty() ? 0 : memberIds.getOrDefault(peer, 0L);
    }
}
