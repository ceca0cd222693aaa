package io.metastore.server.peer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.metastore.api.peer.MembersRequest;
import io.metastore.api.peer.MembersResponse;
import io.metastore.api.peer.PeerAnswer;
import io.metastore.api.peer.PeerCall;
import io.metastore.api.peer.PeerGrpc;
import io.metastore.raft.PeerTransport;
import io.metastore.server.config.Listener;
import io.metastore.server.door.FirstBytes;
import io.metastore.server.door.GrpcNegotiation;
import io.metastore.server.door.RejectedConnections;
import io.metastore.server.tls.ServerTls;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The peer port: takes in the calls of other members of this cluster, on the inbound loop, and hands them on.
 *
 * <p>What is not for this member of this cluster is refused before its first call is read, and so is who was removed. Calls
 * that are not answered yet are bounded in bytes: a stream that has more is ended, as its member starts over by itself.
 */
final class PeerListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerListener.class);

    /** What members that were removed are told (etcd: rafthttp, errMemberRemoved). */
    static final String REMOVED = "the member has been permanently removed from the cluster";

    private static final int MAX_METADATA_BYTES = 16 << 10;
    private static final int MAX_STREAMS_PER_CONNECTION = 16;
    private static final int FLOW_CONTROL_WINDOW_BYTES = 4 << 20;
    private static final int MAX_UNANSWERED_CALLS = 16_384;

    /** What takes the calls. */
    interface Target {

        /** Must not block. */
        void call(Caller from, String method, byte[] body, PeerTransport.Reply reply);

        void connected(PeerHeaders caller);

        void disconnected(Caller from);

        PeerTraffic trafficWith(long member);
    }

    /** One stream of a member; the calls of a stream come in order. */
    record Caller(long member, String connection) {}

    private final long clusterId;
    private final long self;
    private final long maxUnansweredBytes;
    private final ClusterView cluster;
    private final Target target;
    private final Set<Inbound> streams = ConcurrentHashMap.newKeySet();
    private final AtomicLong connections = new AtomicLong();
    private final List<Server> servers = new ArrayList<>();

    PeerListener(long clusterId, long self, long maxUnansweredBytes, ClusterView cluster, Target target) {
        this.clusterId = clusterId;
        this.self = self;
        this.maxUnansweredBytes = maxUnansweredBytes;
        this.cluster = cluster;
        this.target = target;
    }

    /**
     * Binds.
     *
     * @throws IOException if an address cannot be bound; nothing is left open then
     */
    void listen(List<Listener> listeners, @Nullable ServerTls tls, PeerLoops loops, int maxMessageBytes)
            throws IOException {
        RejectedConnections rejected = new RejectedConnections("peer");
        try {
            for (Listener listener : listeners) {
                FirstBytes.Offer offer =
                        new FirstBytes.Offer(listener.plain(), listener.tls() ? tls : null, null, rejected);
                servers.add(NettyServerBuilder.forAddress(
                                listener.address(), InternalNettyServerCredentials.create(new GrpcNegotiation(offer)))
                        // FirstBytes has deadlines of its own.
                        .handshakeTimeout(Long.MAX_VALUE, TimeUnit.MILLISECONDS)
                        .bossEventLoopGroup(loops.inbound())
                        .workerEventLoopGroup(loops.inbound())
                        .channelType(loops.serverChannel())
                        .directExecutor()
                        .withChildOption(ChannelOption.TCP_NODELAY, true)
                        .initialFlowControlWindow(FLOW_CONTROL_WINDOW_BYTES)
                        .maxInboundMessageSize(maxMessageBytes)
                        .maxInboundMetadataSize(MAX_METADATA_BYTES)
                        .maxConcurrentCallsPerConnection(MAX_STREAMS_PER_CONNECTION)
                        .permitKeepAliveTime(5, TimeUnit.SECONDS)
                        .permitKeepAliveWithoutCalls(true)
                        .keepAliveTime(10, TimeUnit.SECONDS)
                        .keepAliveTimeout(5, TimeUnit.SECONDS)
                        .addService(definition())
                        .build()
                        .start());
            }
        } catch (IOException | RuntimeException failure) {
            close();
            throw failure;
        }
    }

    private ServerServiceDefinition definition() {
        return ServerServiceDefinition.builder(PeerGrpc.getServiceDescriptor())
                .addMethod(PeerGrpc.getConnectMethod(), this::connect)
                .addMethod(PeerGrpc.getMembersMethod(), (call, headers) -> members(call, cluster::members))
                .build();
    }

    private static ServerCall.Listener<MembersRequest> members(
            ServerCall<MembersRequest, MembersResponse> call, Supplier<MembersResponse> members) {
        call.request(2);
        return new ServerCall.Listener<>() {
            @Override
            public void onHalfClose() {
                call.sendHeaders(new Metadata());
                call.sendMessage(members.get());
                call.close(Status.OK, new Metadata());
            }
        };
    }

    private ServerCall.Listener<PeerCall> connect(ServerCall<PeerCall, PeerAnswer> call, Metadata metadata) {
        PeerHeaders headers = PeerHeaders.read(metadata);
        Status refusal = refusalOf(headers);
        if (headers == null || refusal != null) {
            LOG.warn("peer refused caller={} reason={}", headers, refusal);
            call.close(refusal == null ? Status.INTERNAL : refusal, new Metadata());
            return new ServerCall.Listener<>() {};
        }
        Caller caller = new Caller(headers.from(), "%x/%d".formatted(headers.from(), connections.incrementAndGet()));
        target.connected(headers);
        Inbound stream = new Inbound(caller, call, target.trafficWith(caller.member()));
        streams.add(stream);
        // At once, without waiting for an answer: it tells the caller that it is who it says, and where it wanted to
        // be.
        call.sendHeaders(new Metadata());
        call.request(1);
        return stream;
    }

    private @Nullable Status refusalOf(@Nullable PeerHeaders headers) {
        if (headers == null) {
            return Status.INVALID_ARGUMENT.withDescription("a member must say who it is");
        }
        if (headers.clusterId() != clusterId) {
            return Status.FAILED_PRECONDITION.withDescription(
                    "cluster ID mismatch: this is %x, not %x".formatted(clusterId, headers.clusterId()));
        }
        if (headers.to() != self) {
            return Status.FAILED_PRECONDITION.withDescription(
                    "member ID mismatch: this is %x, not %x".formatted(self, headers.to()));
        }
        if (headers.from() == self || headers.from() == 0) {
            return Status.FAILED_PRECONDITION.withDescription("member %x does not call itself".formatted(self));
        }
        if (cluster.wasRemoved(headers.from())) {
            return Status.PERMISSION_DENIED.withDescription(REMOVED);
        }
        return null;
    }

    /** Ends the streams of a member. */
    void disconnect(long member) {
        streams.forEach(stream -> {
            if (stream.caller.member() == member) {
                stream.end(Status.PERMISSION_DENIED.withDescription(REMOVED));
            }
        });
    }

    @Override
    public void close() {
        streams.forEach(stream -> stream.end(Status.UNAVAILABLE.withDescription("the member stops")));
        servers.forEach(Server::shutdownNow);
        try {
            for (Server server : servers) {
                server.awaitTermination(2, TimeUnit.SECONDS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** One stream: its calls come on the inbound loop, their answers from anywhere. */
    private final class Inbound extends ServerCall.Listener<PeerCall> {
        private final Caller caller;
        private final PeerTraffic traffic;
        private final AtomicLong unansweredBytes = new AtomicLong();
        private final AtomicLong unanswered = new AtomicLong();
        // gRPC wants one sender at a time.
        private final Object lock = new Object();

        @GuardedBy("lock")
        private final ServerCall<PeerCall, PeerAnswer> call;

        @GuardedBy("lock")
        private boolean ended;

        Inbound(Caller caller, ServerCall<PeerCall, PeerAnswer> call, PeerTraffic traffic) {
            this.caller = caller;
            this.traffic = traffic;
            this.call = call;
        }

        @Override
        public void onMessage(PeerCall message) {
            traffic.received(message.getSerializedSize());
            int bytes = message.getBody().size();
            if (unansweredBytes.addAndGet(bytes) > maxUnansweredBytes
                    || unanswered.incrementAndGet() > MAX_UNANSWERED_CALLS) {
                traffic.notReceived();
                end(Status.RESOURCE_EXHAUSTED.withDescription("too much is not answered yet"));
                return;
            }
            try {
                target.call(
                        caller, message.getMethod(), message.getBody().toByteArray(), reply(message.getId(), bytes));
            } catch (RuntimeException ours) {
                LOG.error("call of a peer failed from={} method={}", caller, message.getMethod(), ours);
                traffic.notReceived();
                end(Status.INTERNAL);
                return;
            }
            synchronized (lock) {
                if (!ended) {
                    call.request(1);
                }
            }
        }

        private PeerTransport.Reply reply(long id, int bytes) {
            return new PeerTransport.Reply() {
                @Override
                public void answered(byte[] body) {
                    send(PeerAnswer.newBuilder().setId(id).setBody(UnsafeByteOperations.unsafeWrap(body)));
                }

                @Override
                public void failed(Exception why) {
                    PeerException known = why instanceof PeerException peer
                            ? peer
                            : new PeerException(PeerException.Kind.UNKNOWN, String.valueOf(why));
                    send(PeerAnswer.newBuilder().setId(id).setFailure(known.toProto()));
                }

                private void send(PeerAnswer.Builder answer) {
                    unansweredBytes.addAndGet(-bytes);
                    unanswered.decrementAndGet();
                    synchronized (lock) {
                        if (!ended) {
                            PeerAnswer message = answer.build();
                            call.sendMessage(message);
                            traffic.sent(message.getSerializedSize());
                        }
                    }
                }
            };
        }

        void end(Status status) {
            synchronized (lock) {
                if (ended) {
                    return;
                }
                ended = true;
                call.close(status, new Metadata());
            }
            gone();
        }

        private void gone() {
            if (streams.remove(this)) {
                target.disconnected(caller);
            }
        }

        @Override
        public void onHalfClose() {
            end(Status.OK);
        }

        @Override
        public void onCancel() {
            synchronized (lock) {
                ended = true;
            }
            gone();
        }

        @Override
        public void onComplete() {
            gone();
        }
    }
}
