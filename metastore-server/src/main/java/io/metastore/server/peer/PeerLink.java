package io.metastore.server.peer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.metastore.api.peer.PeerAnswer;
import io.metastore.api.peer.PeerCall;
import io.metastore.api.peer.PeerGrpc;
import io.metastore.raft.PeerTransport;
import java.net.ConnectException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to one other member: one stream, made anew whenever it breaks.
 *
 * <p>DOWN, then CONNECTING once {@link #tick} finds an address to try, then UP when the other has found that it is who was
 * meant; back to DOWN when the stream ends. Calls are made only while UP. Answers come on the outbound loop.
 */
final class PeerLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerLink.class);

    private static final long FIRST_PAUSE_NANOS = 50_000_000L;
    private static final long MAX_PAUSE_NANOS = 1_000_000_000L;
    /** Without any answer for so long while calls come to nothing, the connection is taken for dead. */
    private static final long SILENCE_NANOS = 3_000_000_000L;

    private static final long CONNECT_NANOS = 3_000_000_000L;

    private enum State {
        DOWN,
        CONNECTING,
        UP,
        CLOSED
    }

    /** What a link is told by whoever has many. */
    interface Owner {

        PeerHeaders headersTo(long member);

        ManagedChannel channelTo(URI url);

        /** The others have removed this member. */
        void removed();
    }

    private record Pending(PeerTransport.Reply reply, int bytes, long deadlineNanos) {}

    private final long member;
    private final Supplier<List<URI>> addresses;
    private final Owner owner;
    private final long maxPendingBytes;
    private final PeerTraffic traffic;
    private final Map<Long, Pending> pending = new ConcurrentHashMap<>();
    private final AtomicLong pendingBytes = new AtomicLong();
    private final AtomicLong nextId = new AtomicLong();
    private final Object lock = new Object();

    @GuardedBy("lock")
    private State state = State.DOWN;

    @GuardedBy("lock")
    private @Nullable ManagedChannel channel;

    @GuardedBy("lock")
    private @Nullable ClientCall<PeerCall, PeerAnswer> call;

    @GuardedBy("lock")
    private int attempts;

    @GuardedBy("lock")
    private long tryAtNanos = System.nanoTime();

    @GuardedBy("lock")
    private long sinceNanos = System.nanoTime();

    @GuardedBy("lock")
    private String lastRefusal = "";

    private volatile boolean up;
    private volatile long answeredNanos;

    PeerLink(long member, Supplier<List<URI>> addresses, Owner owner, long maxPendingBytes, PeerTraffic traffic) {
        this.member = member;
        this.addresses = addresses;
        this.owner = owner;
        this.maxPendingBytes = maxPendingBytes;
        this.traffic = traffic;
    }

    boolean isUp() {
        return up;
    }

    /** Since when there has been a connection without a break; empty if there is none. */
    @Nullable
    Long upSinceNanos() {
        synchronized (lock) {
            return state == State.UP ? sinceNanos : null;
        }
    }

    boolean awaitUp(long timeoutMillis) throws InterruptedException {
        long deadline = System.nanoTime() + timeoutMillis * 1_000_000;
        tick(System.nanoTime());
        synchronized (lock) {
            // Refused is as good an answer as any: whoever waits may hold up an election.
            while (state == State.CONNECTING || (state == State.DOWN && attempts == 0)) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                lock.wait(left / 1_000_000 + 1);
            }
            return state == State.UP;
        }
    }

    void call(String method, byte[] body, long timeoutMillis, PeerTransport.Reply reply) {
        if (!up) {
            notSent(reply, "no connection to member %x".formatted(member));
            return;
        }
        if (pendingBytes.get() > maxPendingBytes) {
            notSent(reply, "too much is on its way");
            return;
        }
        long id = nextId.incrementAndGet();
        PeerCall message = PeerCall.newBuilder()
                .setId(id)
                .setMethod(method)
                .setBody(UnsafeByteOperations.unsafeWrap(body))
                .build();
        long now = System.nanoTime();
        synchronized (lock) {
            ClientCall<PeerCall, PeerAnswer> stream = call;
            if (state == State.UP && stream != null) {
                pendingBytes.addAndGet(body.length);
                pending.put(id, new Pending(reply, body.length, now + timeoutMillis * 1_000_000));
                stream.sendMessage(message);
                traffic.sent(message.getSerializedSize());
                return;
            }
        }
        notSent(reply, "no connection to member %x".formatted(member));
    }

    private void notSent(PeerTransport.Reply reply, String why) {
        traffic.notSent(1);
        reply.failed(new PeerException(PeerException.Kind.NOT_SENT, why));
    }

    /** Called every few ms: connects where it must, and fails what has waited too long. */
    void tick(long nowNanos) {
        connectIfDue(nowNanos);
        boolean late = false;
        for (Iterator<Map.Entry<Long, Pending>> calls = pending.entrySet().iterator(); calls.hasNext(); ) {
            Map.Entry<Long, Pending> each = calls.next();
            if (nowNanos - each.getValue().deadlineNanos() >= 0) {
                Pending gaveUp = take(each.getKey());
                if (gaveUp != null) {
                    late = true;
                    traffic.notSent(1);
                    gaveUp.reply().failed(new TimeoutException("no answer from member %x".formatted(member)));
                }
            }
        }
        if (late && nowNanos - answeredNanos > SILENCE_NANOS) {
            end(null, "no answer for long");
        }
    }

    private void connectIfDue(long nowNanos) {
        synchronized (lock) {
            if (state == State.CONNECTING && nowNanos - sinceNanos > CONNECT_NANOS) {
                endLocked("cannot connect in time");
            }
            List<URI> urls = addresses.get();
            if (state != State.DOWN || nowNanos - tryAtNanos < 0 || urls.isEmpty()) {
                return;
            }
            URI url = urls.get(attempts++ % urls.size());
            state = State.CONNECTING;
            sinceNanos = nowNanos;
            ManagedChannel made = owner.channelTo(url);
            channel = made;
            ClientCall<PeerCall, PeerAnswer> stream = made.newCall(PeerGrpc.getConnectMethod(), CallOptions.DEFAULT);
            call = stream;
            stream.start(new Outbound(stream, url), owner.headersTo(member).toMetadata());
            stream.request(Integer.MAX_VALUE);
        }
    }

    private @Nullable Pending take(long id) {
        Pending taken = pending.remove(id);
        if (taken != null) {
            pendingBytes.addAndGet(-taken.bytes());
        }
        return taken;
    }

    /** A connection that is as good as dead, or not wanted any more; another is made later. */
    void reset() {
        end(null, "reset");
    }

    private void end(@Nullable ClientCall<PeerCall, PeerAnswer> ofStream, String why) {
        synchronized (lock) {
            if (state == State.CLOSED || (ofStream != null && call != ofStream)) {
                return;
            }
            endLocked(why);
        }
        failPending(why);
    }

    @GuardedBy("lock")
    private void endLocked(String why) {
        if (up) {
            LOG.info("peer became inactive member={} reason={}", Long.toHexString(member), why);
            traffic.disconnected();
        } else if (state == State.CONNECTING) {
            traffic.notSent(1); // callers look whether there is a connection before they try
        }
        up = false;
        state = State.DOWN;
        ClientCall<PeerCall, PeerAnswer> stream = call;
        call = null; // first: a cancelled stream may tell its end here and now
        if (stream != null) {
            stream.cancel(why, null);
        }
        if (channel != null) {
            channel.shutdownNow();
            channel = null;
        }
        sinceNanos = System.nanoTime();
        lock.notifyAll();
        tryAtNanos = sinceNanos + Math.min(MAX_PAUSE_NANOS, FIRST_PAUSE_NANOS * Math.max(1, attempts));
    }

    private void failPending(String why) {
        for (long id : new ArrayList<>(pending.keySet())) {
            Pending lost = take(id);
            if (lost != null) {
                traffic.notSent(1);
                lost.reply().failed(new ConnectException("member %x: %s".formatted(member, why)));
            }
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            endLocked("closed");
            state = State.CLOSED;
            lock.notifyAll();
        }
        failPending("closed");
    }

    private final class Outbound extends ClientCall.Listener<PeerAnswer> {
        private final ClientCall<PeerCall, PeerAnswer> stream;
        private final URI url;

        Outbound(ClientCall<PeerCall, PeerAnswer> stream, URI url) {
            this.stream = stream;
            this.url = url;
        }

        @Override
        public void onHeaders(Metadata headers) {
            synchronized (lock) {
                if (call != stream || state != State.CONNECTING) {
                    return;
                }
                state = State.UP;
                sinceNanos = System.nanoTime();
                answeredNanos = sinceNanos;
                attempts = 0;
                lastRefusal = "";
                up = true;
                traffic.connected();
                lock.notifyAll();
            }
            LOG.info("peer became active member={} url={}", Long.toHexString(member), url);
        }

        @Override
        public void onMessage(PeerAnswer answer) {
            answeredNanos = System.nanoTime();
            traffic.received(answer.getSerializedSize());
            Pending waiting = take(answer.getId());
            if (waiting == null) {
                return; // nobody waited so long
            }
            if (answer.hasFailure()) {
                waiting.reply().failed(PeerException.of(answer.getFailure()));
            } else {
                waiting.reply().answered(answer.getBody().toByteArray());
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            String why = status.getCode() + " " + status.getDescription();
            boolean news;
            synchronized (lock) {
                news = call == stream && !why.equals(lastRefusal);
                lastRefusal = why;
            }
            if (news) {
                LOG.info("peer not reached member={} url={} reason={}", Long.toHexString(member), url, why);
            }
            end(stream, why);
            if (status.getCode() == Status.Code.PERMISSION_DENIED
                    && PeerListener.REMOVED.equals(status.getDescription())) {
                owner.removed();
            }
        }
    }
}
