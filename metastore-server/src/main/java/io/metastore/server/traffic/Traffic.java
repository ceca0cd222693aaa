package io.metastore.server.traffic;

import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.server.audit.Origin;
import io.metastore.server.traffic.HeavyHitters.Count;
import io.metastore.server.traffic.KeyUse.KeyOrRange;
import io.netty.util.concurrent.FastThreadLocal;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Which keys and clients were busiest within the last one to two minutes, as far as a sample of the KV requests tells.
 *
 * <p>On the way of a request there is a countdown of its thread and nothing else: one request in {@code every} on average is
 * looked at, after gaps of random length, so that no pattern of the requests falls in with them. What is taken of it goes to slots
 * without a lock; {@link #collect} counts it. Memory is bounded: {@value #SLOTS} samples of at most 8 keys, and for each of two
 * windows counters for {@value #KEYS} keys read, as many written, and {@value #CLIENTS} clients and connections: some hundred
 * KiB, and 10 MiB if all keys have 512 bytes.
 */
public final class Traffic {
    /** Time between looks at the samples; the slots take 4,000 a second then. */
    public static final Duration COLLECT_INTERVAL = Duration.ofMillis(250);

    static final Duration WINDOW = Duration.ofMinutes(1);
    static final int SLOTS = 1024;
    static final int KEYS = 512;
    static final int CLIENTS = 256;

    /** Where a request comes from; asked only of those that are looked at. */
    public interface Caller {
        Origin origin();

        /** Empty for nobody. */
        String user();
    }

    private record Sample(List<KeyUse> uses, Origin origin, String user) {}

    /** A span of time in which is counted. */
    private static final class Window {
        private final HeavyHitters<KeyOrRange> reads = new HeavyHitters<>(KEYS);
        private final HeavyHitters<KeyOrRange> writes = new HeavyHitters<>(KEYS);
        private final HeavyHitters<Client> clients = new HeavyHitters<>(CLIENTS);
        private final HeavyHitters<Client> connections = new HeavyHitters<>(CLIENTS);
        private final long since;
        private long samples;

        Window(long since) {
            this.since = since;
        }
    }

    /** Belongs to a thread. */
    private final class Countdown {
        private long random;
        private int left;

        Countdown(long seed) {
            random = seed | 1;
            left = gap();
        }

        boolean isOver() {
            if (--left > 0) {
                return false;
            }
            left = gap();
            return true;
        }

        /** 1 to {@code 2 * every - 1}, each as likely. */
        private int gap() {
            random ^= random << 13;
            random ^= random >>> 7;
            random ^= random << 17;
            return 1 + (int) Long.remainderUnsigned(random, 2L * every - 1);
        }
    }

    private final int every;
    private final LongSupplier nanoTime;
    private final SampleSlots<Sample> slots = new SampleSlots<>(SLOTS);
    private final FastThreadLocal<Countdown> countdown;
    private final Object counting = new Object();

    // Guarded by counting.
    private Window window;
    private Window before;

    /**
     * Begins to count.
     *
     * @param every one request in so many is looked at; at least 1
     * @param seeds of the gaps between them, one for each thread
     */
    public Traffic(int every, LongSupplier nanoTime, LongSupplier seeds) {
        this.every = every;
        this.nanoTime = nanoTime;
        this.countdown = new FastThreadLocal<>() {
            @Override
            protected Countdown initialValue() {
                return new Countdown(seeds.getAsLong());
            }
        };
        window = new Window(nanoTime.getAsLong());
        before = new Window(nanoTime.getAsLong());
    }

    /** Is the request that the calling thread is about to serve one to look at? */
    public boolean isDue() {
        return countdown.get().isOver();
    }

    public void range(RangeRequest request, Caller caller) {
        add(KeyUse.of(request), caller);
    }

    public void put(PutRequest request, Caller caller) {
        add(KeyUse.of(request), caller);
    }

    public void deleteRange(DeleteRangeRequest request, Caller caller) {
        add(KeyUse.of(request), caller);
    }

    public void txn(TxnRequest request, Caller caller) {
        add(KeyUse.of(request), caller);
    }

    private void add(List<KeyUse> uses, Caller caller) {
        slots.offer(new Sample(uses, caller.origin(), caller.user()));
    }

    /** Counts what was looked at. */
    public void collect() {
        synchronized (counting) {
            long now = nanoTime.getAsLong();
            if (now - window.since >= WINDOW.toNanos()) {
                // After a pause nobody has collected in, the one before is too old to be told of.
                before = now - window.since < 2 * WINDOW.toNanos() ? window : new Window(now);
                window = new Window(now);
            }
            slots.drain(this::count);
        }
    }

    /** Under the lock. */
    private void count(Sample sample) {
        window.samples++;
        for (KeyUse use : sample.uses()) {
            (use.writes() ? window.writes : window.reads).add(use.what());
        }
        Client connection = Client.ofConnection(sample.origin(), sample.user());
        window.connections.add(connection);
        window.clients.add(connection.withoutPort());
    }

    /** The busiest, {@code top} of each kind. */
    public TrafficReport report(int top) {
        collect();
        synchronized (counting) {
            long since = before.samples > 0 ? before.since : window.since;
            return new TrafficReport(
                    every,
                    Duration.ofNanos(nanoTime.getAsLong() - since),
                    before.samples + window.samples,
                    slots.lost(),
                    keys(HeavyHitters.top(before.reads, window.reads, top)),
                    keys(HeavyHitters.top(before.writes, window.writes, top)),
                    clients(HeavyHitters.top(before.clients, window.clients, top)),
                    clients(HeavyHitters.top(before.connections, window.connections, top)));
        }
    }

    private List<TrafficReport.HotKey> keys(List<Count<KeyOrRange>> counts) {
        return counts.stream()
                .map(count -> new TrafficReport.HotKey(
                        count.item().key(), count.item().end(), TrafficReport.Requests.of(count, every)))
                .toList();
    }

    private List<TrafficReport.BusyClient> clients(List<Count<Client>> counts) {
        return counts.stream()
                .map(count -> new TrafficReport.BusyClient(
                        count.item().address(),
                        count.item().via(),
                        count.item().user(),
                        TrafficReport.Requests.of(count, every)))
                .toList();
    }
}
