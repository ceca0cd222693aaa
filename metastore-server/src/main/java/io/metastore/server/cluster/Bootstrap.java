package io.metastore.server.cluster;

import io.metastore.api.peer.MembersResponse;
import io.metastore.server.config.InitialCluster;
import io.metastore.server.config.ServerConfig;
import io.metastore.server.data.DataDirectory;
import io.metastore.server.data.Identity;
import io.metastore.server.data.StartException;
import io.metastore.server.peer.PeerDialer;
import io.metastore.server.peer.PeerDiscovery;
import io.metastore.storage.cluster.ClusterIds;
import io.metastore.storage.cluster.Member;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who this member is, and whom it can ask (etcd: etcdserver/bootstrap.go): what its directory says; else a founder, by what its
 * operator says of all founders; else one that joins, by what a running member says.
 *
 * @param founders who belongs to a cluster that begins; empty where there is a cluster already
 * @param contacts whom to talk to until the member list is known here
 */
public record Bootstrap(Identity identity, List<Member> founders, List<Member> contacts) {
    /** For the members that have not heard yet of the one that was just added. */
    private static final Duration JOIN_PATIENCE = Duration.ofSeconds(2);

    /**
     * Finds it out, and writes it down.
     *
     * @throws StartException if the cluster does not know this member, or knows it as one that has run elsewhere
     */
    public static Bootstrap of(ServerConfig config, DataDirectory data, PeerDialer dialer) throws StartException {
        Bootstrap found = config.joinExisting() && !data.isFounded() ? joining(config, dialer) : founding(config);
        if (data.isFounded()) {
            // What the flags say is of use only as long as the member list is not agreed on (etcd ignores them from
            // here on).
            Identity identity = Identity.read(data);
            boolean same = identity.equals(found.identity);
            return same ? found : new Bootstrap(identity, List.of(), List.of());
        }
        if (!config.joinExisting()) {
            refuseIfStartedBefore(config, found, dialer);
        }
        found.identity.write(data);
        return found;
    }

    /** As if this member had been alone from the beginning. */
    public Bootstrap alone() {
        List<Member> me = founders.stream()
                .filter(member -> member.id() == identity.memberId())
                .toList();
        return new Bootstrap(identity, me, List.of());
    }

    private static Bootstrap founding(ServerConfig config) {
        InitialCluster cluster = config.initialCluster();
        List<Member> founders = new ArrayList<>();
        cluster.peerUrlsByName().forEach((name, urls) -> {
            List<String> texts = texts(urls);
            long id = ClusterIds.ofInitialMember(texts, cluster.token());
            founders.add(new Member(id, name, texts, List.of(), false));
        });
        long clusterId = ClusterIds.ofCluster(founders.stream().map(Member::id).toList());
        long mine = ClusterIds.ofInitialMember(texts(config.advertisePeerUrls()), cluster.token());
        return new Bootstrap(new Identity(clusterId, mine), founders, founders);
    }

    private static Bootstrap joining(ServerConfig config, PeerDialer dialer) throws StartException {
        Set<String> mine = Set.copyOf(texts(config.advertisePeerUrls()));
        int expected = config.initialCluster().peerUrlsByName().size();
        MembersResponse cluster;
        try {
            cluster = PeerDiscovery.askUntil(
                            dialer,
                            others(config),
                            answer -> answer.getMembersCount() == expected
                                    && find(mine, answer).isPresent(),
                            JOIN_PATIENCE)
                    .orElseThrow(() -> new StartException(
                            "cannot fetch cluster info from peer urls: could not retrieve cluster information from"
                                    + " the given URLs"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted while asking for the cluster's members", e);
        }
        List<Member> members =
                cluster.getMembersList().stream().map(Member::fromProto).toList();
        Member me = find(mine, cluster)
                .orElseThrow(() -> new StartException(
                        "error validating peerURLs %s: the cluster's members are %s: add this member first"
                                .formatted(mine, members)));
        if (members.size() != expected) {
            throw new StartException("error validating peerURLs: member count is unequal: the cluster's members are %s"
                    .formatted(members));
        }
        return new Bootstrap(new Identity(cluster.getClusterId(), me.id()), List.of(), members);
    }

    private static Optional<Member> find(Set<String> peerUrls, MembersResponse cluster) {
        return cluster.getMembersList().stream()
                .map(Member::fromProto)
                .filter(member -> Set.copyOf(member.peerUrls()).equals(peerUrls))
                .findFirst();
    }

    /** A founder that lost its directory must not vote as if it remembered. */
    private static void refuseIfStartedBefore(ServerConfig config, Bootstrap found, PeerDialer dialer)
            throws StartException {
        if (found.founders.size() == 1) {
            return;
        }
        Optional<MembersResponse> cluster = PeerDiscovery.askAny(dialer, others(config));
        boolean known = cluster.isPresent()
                && cluster.get().getClusterId() == found.identity.clusterId()
                && cluster.get().getMembersList().stream()
                        .anyMatch(member ->
                                member.getID() == found.identity.memberId() && member.getClientURLsCount() > 0);
        if (known) {
            throw new StartException(
                    "member %x has already been bootstrapped: its data is gone; remove it and add it anew"
                            .formatted(found.identity.memberId()));
        }
    }

    private static List<URI> others(ServerConfig config) {
        return config.initialCluster().peerUrlsByName().values().stream()
                .flatMap(List::stream)
                .filter(url -> !config.advertisePeerUrls().contains(url))
                .toList();
    }

    static List<String> texts(List<URI> urls) {
        return urls.stream().map(URI::toString).toList();
    }
}
