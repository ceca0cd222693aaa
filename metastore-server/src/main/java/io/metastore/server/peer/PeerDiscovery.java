package io.metastore.server.peer;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.metastore.api.peer.MembersRequest;
import io.metastore.api.peer.MembersResponse;
import io.metastore.api.peer.PeerGrpc;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks who belongs to a cluster, before this member belongs to it. */
public final class PeerDiscovery {
    private static final Logger LOG = LoggerFactory.getLogger(PeerDiscovery.class);
    private static final int MAX_ANSWER_BYTES = 1 << 20;
    private static final long TIMEOUT_SECONDS = 2;
    private static final Duration PAUSE = Duration.ofMillis(50);

    private PeerDiscovery() {}

    /** The first answer of a member that knows the cluster's members; empty if there is none. Blocks for some seconds. */
    public static Optional<MembersResponse> askAny(PeerDialer dialer, List<URI> urls) {
        return askEach(dialer, urls, answer -> true);
    }

    /**
     * As {@link #askAny}, and passes over the answers that are not up to date yet: a member may lag behind the one that has
     * told the operator of a change.
     *
     * @param patience how long to go on asking while some member answers and none is up to date
     * @return of none that is up to date, the last answer
     */
    public static Optional<MembersResponse> askUntil(
            PeerDialer dialer, List<URI> urls, Predicate<MembersResponse> upToDate, Duration patience)
            throws InterruptedException {
        long giveUp = System.nanoTime() + patience.toNanos();
        while (true) {
            Optional<MembersResponse> answer = askEach(dialer, urls, upToDate);
            if (answer.isEmpty() || upToDate.test(answer.get()) || System.nanoTime() - giveUp >= 0) {
                return answer;
            }
            TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
        }
    }

    /** The first wanted answer, or the last if none is. */
    private static Optional<MembersResponse> askEach(
            PeerDialer dialer, List<URI> urls, Predicate<MembersResponse> wanted) {
        Optional<MembersResponse> last = Optional.empty();
        for (URI url : urls) {
            ManagedChannel channel = dialer.channelTo(url)
                    .maxInboundMessageSize(MAX_ANSWER_BYTES)
                    .build();
            try {
                MembersResponse answer = PeerGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                        .members(MembersRequest.getDefaultInstance());
                if (answer.getMembersCount() > 0) {
                    last = Optional.of(answer);
                    if (wanted.test(answer)) {
                        return last;
                    }
                }
            } catch (StatusRuntimeException failure) {
                LOG.debug("no answer about the cluster url={}", url, failure);
            } finally {
                channel.shutdownNow();
            }
        }
        return last;
    }
}
