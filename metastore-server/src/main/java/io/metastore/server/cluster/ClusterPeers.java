package io.metastore.server.cluster;

import io.metastore.api.peer.MembersResponse;
import io.metastore.server.config.Listener;
import io.metastore.server.config.ServerConfig;
import io.metastore.server.peer.ClusterView;
import io.metastore.server.peer.PeerDialer;
import io.metastore.server.peer.PeerNetwork;
import io.metastore.server.tls.ServerTls;
import io.metastore.storage.cluster.Member;
import io.metastore.storage.cluster.MemberStore;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/** Keeps the network of members in step with the member list. */
public final class ClusterPeers {
    /** A message carries entries of some MiB, and one more of any size. */
    private static final int MESSAGE_OVERHEAD_BYTES = 4 << 20;

    private ClusterPeers() {}

    /**
     * Listens for the others, and connects to them.
     *
     * @param lookups where names in certificates are looked up
     * @throws IOException if an address cannot be bound, or the files of certificates not be used
     */
    public static PeerNetwork start(
            ServerConfig config,
            Bootstrap bootstrap,
            MemberStore members,
            PeerDialer dialer,
            Executor lookups,
            String threadPrefix,
            ScheduledExecutorService timer,
            Runnable onRemoved)
            throws IOException {
        long self = bootstrap.identity().memberId();
        List<Listener> listeners = config.peers().listeners();
        ServerTls tls = listeners.stream().anyMatch(Listener::tls)
                ? ServerTls.load(config.peers().tls(), lookups)
                : null;
        PeerNetwork network = PeerNetwork.start(
                new PeerNetwork.Settings(
                        bootstrap.identity().clusterId(),
                        self,
                        config.advertisePeerUrls(),
                        listeners,
                        tls,
                        dialer,
                        (int) Math.min(Integer.MAX_VALUE, 2L * config.maxRequestBytes() + MESSAGE_OVERHEAD_BYTES),
                        threadPrefix,
                        timer,
                        onRemoved),
                new View(bootstrap.identity().clusterId(), members));
        for (Member contact : bootstrap.contacts()) {
            if (contact.id() != self) {
                network.suggest(contact.id(), urls(contact));
            }
        }
        members.onChange(() -> follow(network, members));
        return network;
    }

    private static void follow(PeerNetwork network, MemberStore members) {
        Map<Long, List<URI>> urls = new HashMap<>();
        for (Member member : members.members()) {
            urls.put(member.id(), urls(member));
        }
        members.removed().forEach(network::forget);
        network.setMembers(urls);
    }

    private static List<URI> urls(Member member) {
        return member.peerUrls().stream()
                .map(URI::create)
                .filter(url -> url.getHost() != null && url.getPort() > 0)
                .toList();
    }

    private record View(long clusterId, MemberStore store) implements ClusterView {

        @Override
        public boolean wasRemoved(long member) {
            return store.wasRemoved(member);
        }

        @Override
        public MembersResponse members() {
            MembersResponse.Builder response = MembersResponse.newBuilder().setClusterId(clusterId);
            store.members().forEach(member -> response.addMembers(member.toProto()));
            return response.build();
        }
    }
}
