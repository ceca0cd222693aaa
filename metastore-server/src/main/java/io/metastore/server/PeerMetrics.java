package io.metastore.server;

import io.metastore.server.metrics.Buckets;
import io.metastore.server.metrics.Histograms;
import io.metastore.server.metrics.Metrics;
import io.metastore.server.peer.PeerNetwork;
import io.metastore.server.peer.PeerTraffic;
import io.metastore.server.peer.RoundTrips;
import io.metastore.storage.cluster.MemberStore;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** What goes between this member and the others, by member (etcd: api/rafthttp/metrics.go, api/membership/metrics.go). */
final class PeerMetrics {
    private final Metrics metrics;
    private final PeerNetwork peers;
    private final long self;

    PeerMetrics(Metrics metrics, PeerNetwork peers, long self) {
        this.metrics = metrics;
        this.peers = peers;
        this.self = self;
    }

    void bind(MemberStore members) {
        metrics.gauges("etcd_network_known_peers", "The current number of known peers.", () -> {
            Map<Tags, Number> known = new HashMap<>();
            members.removed().forEach(id -> known.put(between(id), 0));
            members.members().forEach(member -> known.put(between(member.id()), 1));
            return known;
        });
        metrics.gauges(
                "etcd_network_active_peers",
                "The current number of active peer connections.",
                () -> of(PeerTraffic::wasActive, this::between, traffic -> traffic.isActive() ? 1 : 0));
        metrics.counters(
                "etcd_network_disconnected_peers_total",
                "The total number of disconnected peers.",
                () -> of(traffic -> traffic.disconnects() > 0, this::between, PeerTraffic::disconnects));
        bytes("etcd_network_peer_sent_bytes_total", "sent to peers", "To", PeerTraffic::sentBytes);
        bytes("etcd_network_peer_received_bytes_total", "received from peers", "From", PeerTraffic::receivedBytes);
        metrics.counters(
                "etcd_network_peer_sent_failures_total",
                "The total number of send failures from peers.",
                () -> of(traffic -> true, id -> one("To", id), PeerTraffic::sendFailures));
        metrics.counters(
                "etcd_network_peer_received_failures_total",
                "The total number of receive failures from peers.",
                () -> of(traffic -> true, id -> one("From", id), PeerTraffic::receiveFailures));
    }

    private void bytes(String name, String what, String label, ToLongFunction<PeerTraffic> count) {
        metrics.counters(
                name,
                "The total number of bytes %s.".formatted(what),
                () -> of(traffic -> true, id -> one(label, id), count));
    }

    /** To be measured every {@link RoundTrips#EVERY}. */
    RoundTrips roundTrips() {
        Histograms times = metrics.histograms(
                "etcd_network_peer_round_trip_time_seconds",
                "Round-Trip-Time histogram between peers",
                Buckets.seconds(0.0001, 16));
        return new RoundTrips(peers, (member, nanos) -> times.of("To", Long.toHexString(member))
                .accept(nanos));
    }

    private interface Named {
        Tags of(long member);
    }

    private Map<Tags, Number> of(Predicate<PeerTraffic> shown, Named labels, ToLongFunction<PeerTraffic> value) {
        Map<Tags, Number> values = new HashMap<>();
        peers.traffic().forEach((member, traffic) -> {
            if (shown.test(traffic)) {
                values.put(labels.of(member), value.applyAsLong(traffic));
            }
        });
        return values;
    }

    private Tags between(long remote) {
        return Tags.of("Local", Long.toHexString(self), "Remote", Long.toHexString(remote));
    }

    private static Tags one(String label, long member) {
        return Tags.of(label, Long.toHexString(member));
    }
}
