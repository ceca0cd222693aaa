package io.metastore.server.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.api.peer.MembersResponse;
import io.metastore.server.config.Listener;
import io.metastore.server.process.Eventually;
import io.metastore.server.process.FreePorts;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Members on loopback, without raft. */
@Timeout(60)
class PeerNetworkTest {

    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final int MAX_MESSAGE_BYTES = 1 << 20;

    private static final PeerDialer DIALER = TestDialers.plain();

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final List<PeerNetwork> networks = new ArrayList<>();
    private final Set<Long> removed = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean toldRemoved = new AtomicBoolean();
    private final Map<Long, Integer> asked = new ConcurrentHashMap<>();

    @AfterEach
    void close() {
        networks.forEach(PeerNetwork::close);
        timer.shutdownNow();
    }

    /** One that answers "echo" with what it was sent. */
    private URI member(long clusterId, long id) throws Exception {
        int port = FreePorts.next();
        URI url = URI.create("http://127.0.0.1:" + port);
        PeerNetwork network = PeerNetwork.start(
                new PeerNetwork.Settings(
                        clusterId,
                        id,
                        List.of(url),
                        List.of(new Listener(
                                new InetSocketAddress("127.0.0.1", port), true, false, Listener.Traffic.GRPC)),
                        null,
                        DIALER,
                        MAX_MESSAGE_BYTES,
                        "test-" + id + "-",
                        timer,
                        () -> toldRemoved.set(true)),
                new ClusterView() {
                    @Override
                    public boolean wasRemoved(long member) {
                        return removed.contains(member);
                    }

                    @Override
                    public MembersResponse members() {
                        asked.merge(id, 1, Integer::sum);
                        return MembersResponse.newBuilder()
                                .setClusterId(clusterId)
                                .addMembers(
                                        io.metastore.api.rpc.Member.newBuilder().setID(id))
                                .build();
                    }
                });
        network.handle("echo", (from, body, reply) -> reply.answered(body));
        networks.add(network);
        return url;
    }

    private boolean reaches(PeerNetwork from, long to) throws Exception {
        return from.connect(0).awaitReachable(to, 500);
    }

    @Test
    void membersOfOneClusterAnswerEachOther() throws Exception {
        URI first = member(1, 11);
        member(1, 12);
        PeerNetwork second = networks.get(1);
        second.suggest(11, List.of(first));
        Eventually.await(BOUND, () -> "a connection", () -> reaches(second, 11));

        byte[] answer = second.call(11, "echo", new byte[] {1, 2, 3}, BOUND).get();

        assertThat(answer).containsExactly(1, 2, 3);
        // Who is called learns where the caller is.
        Eventually.await(BOUND, () -> "the way back", () -> reaches(networks.get(0), 12));
        assertThat(PeerDiscovery.askAny(DIALER, List.of(first)).orElseThrow().getClusterId())
                .isEqualTo(1);
    }

    @Test
    void whatIsOfAnotherClusterOrForAnotherMemberIsNotHeard() throws Exception {
        URI first = member(1, 11);
        member(2, 12);
        member(1, 13);
        networks.get(1).suggest(11, List.of(first));
        networks.get(2).suggest(99, List.of(first));

        for (int i = 0; i < 3; i++) {
            assertThat(reaches(networks.get(1), 11)).isFalse();
            assertThat(reaches(networks.get(2), 99)).isFalse();
        }
        assertThatThrownBy(() ->
                        networks.get(1).call(11, "echo", new byte[1], BOUND).get())
                .cause()
                .isInstanceOfSatisfying(PeerException.class, failure -> assertThat(failure.kind())
                        .isEqualTo(PeerException.Kind.NOT_SENT));
    }

    @Test
    void whoWasRemovedIsTold() throws Exception {
        URI first = member(1, 11);
        member(1, 12);
        removed.add(12L);

        networks.get(1).suggest(11, List.of(first));

        Eventually.await(BOUND, () -> "it is told", toldRemoved::get);
        assertThat(networks.get(1).connectedFor(11)).isNull();
    }

    /** Who was just added asks, and the one that it asks first has not heard of it. */
    @Test
    void whoLagsBehindIsPassedOverAndAskedAgain() throws Exception {
        URI first = member(1, 11);
        URI second = member(1, 12);
        List<URI> both = List.of(first, second);

        assertThat(PeerDiscovery.askUntil(DIALER, both, answer -> names(answer, 12), BOUND))
                .hasValueSatisfying(answer -> assertThat(names(answer, 12)).isTrue());
        assertThat(asked).containsExactlyInAnyOrderEntriesOf(Map.of(11L, 1, 12L, 1));

        assertThat(PeerDiscovery.askUntil(DIALER, both, answer -> asked.get(11L) == 3, BOUND))
                .isPresent();
        assertThat(asked.get(11L)).isEqualTo(3);
    }

    /** What is wrong with a join is said in the end, by what the members know. */
    @Test
    void ofNobodyUpToDateTheLastAnswerIsTaken() throws Exception {
        List<URI> urls = List.of(member(1, 11), member(1, 12));

        assertThat(PeerDiscovery.askUntil(DIALER, urls, answer -> false, Duration.ofMillis(200)))
                .hasValueSatisfying(answer -> assertThat(names(answer, 12)).isTrue());
        assertThat(asked.get(12L)).isGreaterThan(1);
    }

    private static boolean names(MembersResponse answer, long id) {
        return answer.getMembersList().stream().anyMatch(member -> member.getID() == id);
    }

    @Test
    void whoIsNotThereIsNotWaitedFor() {
        assertThat(PeerDiscovery.askAny(DIALER, List.of(URI.create("http://127.0.0.1:" + FreePorts.next()))))
                .isEqualTo(Optional.empty());
    }
}
