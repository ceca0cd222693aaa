package io.metastore.server.peer;

import io.grpc.ManagedChannel;
import io.metastore.raft.PeerTransport;
import io.metastore.server.config.Listener;
import io.metastore.server.tls.ServerTls;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How this member and the others of its cluster call each other: raft's calls, and those of whoever has a handler here. Any
 * thread.
 */
public final class PeerNetwork implements PeerTransport, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerNetwork.class);
    private static final Duration TICK = Duration.ofMillis(20);
    private static final long MAX_PENDING_BYTES = 64L << 20;
    private static final int FLOW_CONTROL_WINDOW_BYTES = 4 << 20;

    /** Takes the calls of one method. */
    public interface Handler {

        /** Must not block; the reply may be told later, on any thread. */
        void handle(long from, byte[] body, Reply reply);
    }

    /**
     * What a network is made of.
     *
     * @param advertised where the others reach this member
     * @param listen where it listens
     * @param tls of those listeners that serve it; null if none does
     * @param dialer how it calls the others
     * @param maxMessageBytes largest message taken in
     * @param onRemoved told when another member says that this one was removed
     */
    public record Settings(
            long clusterId,
            long memberId,
            List<URI> advertised,
            List<Listener> listen,
            @Nullable ServerTls tls,
            PeerDialer dialer,
            int maxMessageBytes,
            String threadPrefix,
            ScheduledExecutorService timer,
            Runnable onRemoved) {}

    private final Settings settings;
    private final PeerLoops loops;
    private final PeerListener listener;
    private final PeerAddresses addresses = new PeerAddresses();
    private final Map<Long, PeerLink> links = new ConcurrentHashMap<>();
    private final Map<String, Handler> handlers = new ConcurrentHashMap<>();
    private final Map<Long, PeerTraffic> traffic = new ConcurrentHashMap<>();
    private final LinkOwner owner = new LinkOwner();
    private volatile @Nullable Service raft;
    private final AtomicBoolean ticking = new AtomicBoolean();
    private volatile boolean closed;

    private PeerNetwork(Settings settings, ClusterView cluster) {
        this.settings = settings;
        this.loops = new PeerLoops(settings.threadPrefix());
        this.listener = new PeerListener(
                settings.clusterId(),
                settings.memberId(),
                2 * MAX_PENDING_BYTES + settings.maxMessageBytes(),
                cluster,
                new Inbound());
    }

    /**
     * Listens. Calls of raft are answered once it is there.
     *
     * @throws IOException if an address cannot be bound; nothing is left open then
     */
    public static PeerNetwork start(Settings settings, ClusterView cluster) throws IOException {
        PeerNetwork network = new PeerNetwork(settings, cluster);
        try {
            network.listener.listen(settings.listen(), settings.tls(), network.loops, settings.maxMessageBytes());
        } catch (IOException | RuntimeException failure) {
            network.close();
            throw failure;
        }
        return network;
    }

    private void tick() {
        try {
            long now = System.nanoTime();
            links.values().forEach(link -> link.tick(now));
        } catch (RuntimeException ours) {
            LOG.error("a connection to a peer cannot be looked after", ours);
        }
    }

    /** Who is alone needs no clock. */
    private void startTicking() {
        if (ticking.compareAndSet(false, true)) {
            var unused = settings.timer().scheduleWithFixedDelay(this::tick, 0, TICK.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    // Who is there

    /** The members that the cluster has agreed on, and where they are reached. */
    public void setMembers(Map<Long, List<URI>> members) {
        addresses.set(members);
        members.keySet().forEach(this::link);
        links.forEach((member, link) -> {
            if (addresses.of(member).isEmpty() && links.remove(member, link)) {
                link.close();
            }
        });
    }

    /** Where a member is reached that is not agreed on yet. */
    public void suggest(long member, List<URI> urls) {
        addresses.heard(member, urls);
        var unused = link(member);
    }

    /** A member was removed: it is not listened to any more. */
    public void forget(long member) {
        addresses.forget(member);
        PeerLink link = links.remove(member);
        if (link != null) {
            link.close();
        }
        listener.disconnect(member);
        traffic.remove(member);
    }

    /** For how long there has been a connection to a member without a break; empty if there is none. */
    public @Nullable Duration connectedFor(long member) {
        PeerLink link = links.get(member);
        Long since = link == null ? null : link.upSinceNanos();
        return since == null ? null : Duration.ofNanos(System.nanoTime() - since);
    }

    /** What goes between this member and each it knows. */
    public Map<Long, PeerTraffic> traffic() {
        return traffic;
    }

    private PeerTraffic trafficWith(long member) {
        return traffic.computeIfAbsent(member, id -> new PeerTraffic());
    }

    private @Nullable PeerLink link(long member) {
        if (member == settings.memberId() || closed) {
            return null;
        }
        startTicking();
        return links.computeIfAbsent(
                member, id -> new PeerLink(id, () -> addresses.of(id), owner, MAX_PENDING_BYTES, trafficWith(id)));
    }

    // Calls

    /** Answers calls of a method from now on. */
    public void handle(String method, Handler handler) {
        handlers.put(method, handler);
    }

    /** Calls once; fails with a {@link PeerException}, whose kind says what may have been done. */
    public CompletableFuture<byte[]> call(long member, String method, byte[] body, Duration timeout) {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        call(member, method, body, timeout.toMillis(), new Reply() {
            @Override
            public void answered(byte[] bytes) {
                answer.complete(bytes);
            }

            @Override
            public void failed(Exception why) {
                answer.completeExceptionally(
                        why instanceof PeerException known
                                ? known
                                : new PeerException(PeerException.Kind.UNKNOWN, String.valueOf(why.getMessage())));
            }
        });
        return answer;
    }

    private void call(long member, String method, byte[] body, long timeoutMillis, Reply reply) {
        PeerLink link = link(member);
        if (link == null) {
            reply.failed(new PeerException(PeerException.Kind.NOT_SENT, "no way to member %x".formatted(member)));
            return;
        }
        link.call(method, body, timeoutMillis, reply);
    }

    // raft's side

    @Override
    public AutoCloseable listen(long self, Service service) {
        raft = service;
        return () -> raft = null;
    }

    @Override
    public Client connect(long self) {
        return new RaftClient();
    }

    private final class RaftClient implements Client {

        @Override
        public boolean reachable(long member) {
            PeerLink link = link(member);
            return link != null && link.isUp();
        }

        @Override
        public boolean awaitReachable(long member, long timeoutMillis) throws InterruptedException {
            PeerLink link = link(member);
            return link != null && link.awaitUp(timeoutMillis);
        }

        @Override
        public void call(long member, String method, byte[] body, long timeoutMillis, Reply reply) {
            PeerNetwork.this.call(member, method, body, timeoutMillis, reply);
        }

        @Override
        public void disconnect(long member) {
            PeerLink link = links.get(member);
            if (link != null) {
                link.reset();
            }
        }

        @Override
        public void close() {
            // The network is closed by who has made it.
        }
    }

    private final class Inbound implements PeerListener.Target {

        @Override
        public void call(PeerListener.Caller from, String method, byte[] body, Reply reply) {
            Handler handler = handlers.get(method);
            if (handler != null) {
                handler.handle(from.member(), body, reply);
                return;
            }
            Service service = raft;
            if (service == null) {
                reply.failed(new PeerException(PeerException.Kind.UNKNOWN, "not there yet"));
            } else {
                service.handle(from.connection(), method, body, reply);
            }
        }

        @Override
        public void connected(PeerHeaders caller) {
            suggest(caller.from(), caller.fromUrls());
        }

        @Override
        public PeerTraffic trafficWith(long member) {
            return PeerNetwork.this.trafficWith(member);
        }

        @Override
        public void disconnected(PeerListener.Caller from) {
            Service service = raft;
            if (service != null) {
                service.disconnected(from.connection());
            }
        }
    }

    private final class LinkOwner implements PeerLink.Owner {

        @Override
        public PeerHeaders headersTo(long member) {
            return new PeerHeaders(settings.clusterId(), settings.memberId(), member, settings.advertised());
        }

        @Override
        public ManagedChannel channelTo(URI url) {
            return settings.dialer()
                    .channelTo(url)
                    .eventLoopGroup(loops.outbound())
                    .channelType(loops.channel())
                    .directExecutor()
                    .withOption(ChannelOption.TCP_NODELAY, true)
                    .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, 2000)
                    .flowControlWindow(FLOW_CONTROL_WINDOW_BYTES)
                    .maxInboundMessageSize(settings.maxMessageBytes())
                    .keepAliveTime(10, TimeUnit.SECONDS)
                    .keepAliveTimeout(5, TimeUnit.SECONDS)
                    .build();
        }

        @Override
        public void removed() {
            settings.onRemoved().run();
        }
    }

    @Override
    public void close() {
        closed = true;
        links.values().forEach(PeerLink::close);
        links.clear();
        listener.close();
        loops.close();
    }
}
