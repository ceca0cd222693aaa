package io.metastore.raft;

import java.net.ConnectException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** Members of one JVM call each other straight, with no socket. Opens nothing that the outside could reach. */
public final class InProcessNetwork implements PeerTransport {

    private static final InProcessNetwork SHARED = new InProcessNetwork();

    /** Several with one id only if their groups differ, which the service finds out. */
    private final Map<Long, List<Listener>> listeners = new ConcurrentHashMap<>();

    private volatile BiPredicate<Long, Long> cut = (from, to) -> false;

    /** The one of members that share nothing but the JVM. */
    public static InProcessNetwork shared() {
        return SHARED;
    }

    /** Calls from one member to another that {@code predicate} accepts are lost from now on, and so are their answers. */
    public void cut(BiPredicate<Long, Long> predicate) {
        cut = predicate;
    }

    @Override
    public AutoCloseable listen(long self, Service service) {
        Listener listener = new Listener(service);
        listeners.computeIfAbsent(self, any -> new CopyOnWriteArrayList<>()).add(0, listener);
        return () -> {
            listeners.computeIfPresent(self, (any, at) -> {
                at.remove(listener);
                return at.isEmpty() ? null : at;
            });
            listener.close();
        };
    }

    @Override
    public Client connect(long self) {
        return new Caller(self);
    }

    private @Nullable Listener listenerAt(long member) {
        List<Listener> at = listeners.get(member);
        // Empty for a moment while the last one leaves.
        return at == null ? null : at.stream().findFirst().orElse(null);
    }

    private static final class Listener {

        private final Service service;
        private final Map<String, Boolean> callers = new ConcurrentHashMap<>();

        Listener(Service service) {
            this.service = service;
        }

        void handle(String from, String method, byte[] body, Reply reply) {
            callers.put(from, true);
            service.handle(from, method, body, reply);
        }

        void disconnected(String from) {
            if (callers.remove(from) != null) {
                service.disconnected(from);
            }
        }

        void close() {
            callers.keySet().forEach(this::disconnected);
        }
    }

    private final class Caller implements Client {

        private final long self;
        private final String from;
        private final ScheduledThreadPoolExecutor timeouts;

        Caller(long self) {
            this.self = self;
            this.from = Long.toHexString(self);
            timeouts = new ScheduledThreadPoolExecutor(1, task -> {
                Thread thread = new Thread(task, "raft-call-timeout");
                thread.setDaemon(true);
                return thread;
            });
            timeouts.setRemoveOnCancelPolicy(true);
        }

        @Override
        public boolean reachable(long member) {
            return listenerAt(member) != null && !cut.test(self, member);
        }

        @Override
        public boolean awaitReachable(long member, long timeoutMillis) {
            return reachable(member);
        }

        @Override
        public void call(long to, String method, byte[] body, long timeoutMillis, Reply reply) {
            Listener listener = listenerAt(to);
            if (listener == null) {
                reply.failed(new ConnectException("no member %x".formatted(to)));
                return;
            }
            AtomicBoolean told = new AtomicBoolean();
            Runnable tooLate = () -> {
                if (told.compareAndSet(false, true)) {
                    reply.failed(new TimeoutException("no answer from %x".formatted(to)));
                }
            };
            Future<?> timeout;
            try {
                timeout = timeouts.schedule(tooLate, timeoutMillis, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                reply.failed(new ConnectException("closed: " + from));
                return;
            }
            if (cut.test(self, to)) {
                return;
            }
            listener.handle(from, method, body, new Reply() {
                @Override
                public void answered(byte[] answer) {
                    if (!cut.test(to, self) && told.compareAndSet(false, true)) {
                        timeout.cancel(false);
                        reply.answered(answer);
                    }
                }

                @Override
                public void failed(Exception why) {
                    if (told.compareAndSet(false, true)) {
                        timeout.cancel(false);
                        reply.failed(why);
                    }
                }
            });
        }

        @Override
        public void disconnect(long member) {
            Listener listener = listenerAt(member);
            if (listener != null) {
                listener.disconnected(from);
            }
        }

        @Override
        public void close() {
            timeouts.shutdownNow();
            listeners.values().forEach(at -> at.forEach(listener -> listener.disconnected(from)));
        }
    }
}
