package io.metastore.server.peer;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.metastore.api.peer.MembersRequest;
import io.metastore.api.peer.MembersResponse;
import io.metastore.api.peer.PeerGrpc;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks who belongs to a cluster, before this member belongs to it. */
public final class PeerDiscovery {
    private static final Logger LOG = LoggerFactory.getLogger(PeerDiscovery.class);
    private static final int MAX_ANSWER_BYTES = 1 << 20;
    private static final long TIMEOUT_SECONDS = 2;

    private PeerDiscovery() {}

    /** The first answer of a member that knows the cluster's members; empty if there is none. Blocks for some seconds. */
    public static Optional<MembersResponse> askAny(PeerDialer dialer, List<URI> urls) {
        for (URI url : urls) {
            ManagedChannel channel = dialer.channelTo(url)
                    .maxInboundMessageSize(MAX_ANSWER_BYTES)
                    .build();
            try {
                MembersResponse answer = PeerGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                        .members(MembersRequest.getDefaultInstance());
                if (answer.getMembersCount() > 0) {
                    return Optional.of(answer);
                }
            } catch (StatusRuntimeException failure) {
                LOG.debug("no answer about the cluster url={}", url, failure);
            } finally {
                channel.shutdownNow();
            }
        }
        return Optional.empty();
    }
}
