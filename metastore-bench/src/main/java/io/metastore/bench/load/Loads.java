package io.metastore.bench.load;

import io.metastore.bench.http1.PostConnection;
import io.metastore.bench.http2.Http2Connection;
import io.metastore.bench.http2.LoadClient;
import io.metastore.bench.measure.CpuSample;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Every load that can be driven against a server: the one class that the commands use. */
public final class Loads {
    /** How long and how hard. */
    public record Plan(int inFlight, Duration warmup, Duration window) {
        public Plan {
            if (inFlight < 1 || inFlight > 1_000_000) {
                throw new IllegalArgumentException("calls in flight: " + inFlight);
            }
        }
    }

    private static final long SEED = 42;

    private final LoadTarget target;
    private final KeySpace keys;
    private final int valueBytes;

    public Loads(LoadTarget target, KeySpace keys, int valueBytes) {
        this.target = target;
        this.keys = keys;
        this.valueBytes = valueBytes;
    }

    public LoadResult put(Plan plan) {
        return run("put", new PutLoad(keys, values(), SEED), plan);
    }

    /**
     * Puts as long as that holds, which is asked at such distances on the calling thread, and until those have ended that were
     * under way then. Tells {@link LoadResult#LONGEST_SILENCE}.
     */
    public LoadResult putWhile(BooleanSupplier goesOn, Duration between, int inFlight) {
        double[] silence = new double[1];
        LoadResult result = run("put", new PutLoad(keys, values(), SEED), inFlight, Duration.ZERO, loop -> {
            while (goesOn.getAsBoolean() && !loop.awaitEnd(between)) {
                // Asked again.
            }
            loop.stop();
            silence[0] = loop.longestSilenceNanos() / 1e6;
        });
        return result.with(Map.of(LoadResult.LONGEST_SILENCE, silence[0]));
    }

    /** Puts over the JSON gateway, on as many connections of HTTP/1.1 as calls are in flight. */
    public LoadResult gatewayPut(Plan plan) {
        List<PostConnection> connections = target.post(GatewayPuts.PATH, plan.inFlight());
        try {
            GatewayPuts puts = new GatewayPuts(keys, values(), SEED);
            return measure(
                    "gateway-put",
                    new ClosedLoop(target.client(), plan.inFlight(), loop -> puts.begin(loop, connections)),
                    plan.warmup(),
                    loop -> loop.awaitWindow(plan.window(), loop::windowIsEmpty));
        } finally {
            target.client().run(() -> connections.forEach(PostConnection::close));
        }
    }

    public LoadResult get(Plan plan) {
        return run("get", new GetLoad(keys, valueBytes, false, SEED), plan);
    }

    public LoadResult serializableGet(Plan plan) {
        return run("serializable-get", new GetLoad(keys, valueBytes, true, SEED), plan);
    }

    public LoadResult txn(TxnLoad.Target compare, Plan plan) {
        return run("txn", new TxnLoad(keys, values(), compare, SEED), plan);
    }

    public LoadResult range(int pageKeys, Plan plan) {
        return run("range", new RangeLoad(keys, valueBytes, pageKeys, SEED), plan);
    }

    public LoadResult count(int pageKeys, Plan plan) {
        return run("count", new CountLoad(keys, pageKeys), plan);
    }

    public LoadResult lease(long ttlSeconds, Plan plan) {
        return run("lease", new LeaseLoad(ttlSeconds), plan);
    }

    /** Grants that many leases, which stay. */
    public LoadResult grant(long ttlSeconds, int leases, Duration limit) {
        return runToEnd("lease-grant", new LeaseGrants(ttlSeconds, leases), 64, limit);
    }

    /** Grants that many leases, which end in the second after that moment of {@link System#nanoTime}. */
    public LoadResult grantDueAt(long nanoTime, int leases, Duration limit) {
        return runToEnd("lease-grant", LeaseGrants.dueAt(nanoTime, leases), 64, limit);
    }

    /** How many leases the server says there are. */
    public long leases(Duration limit) {
        LeaseCount count = new LeaseCount();
        required(runToEnd("lease-list", count, 1, limit));
        return count.leases();
    }

    /** Grants the leases first, which is not measured. */
    public LoadResult keepAlive(long ttlSeconds, int leases, Plan plan) {
        LeaseGrants grants = new LeaseGrants(ttlSeconds, leases);
        LoadResult granted = runToEnd("lease-grant", grants, 64, Duration.ofMinutes(5));
        if (granted.errors() > 0) {
            return granted;
        }
        return run("keep-alive", new KeepAliveLoad(grants.ids()), plan);
    }

    public LoadResult stream(Duration duration) {
        return new StreamLoad(target, keys).run("stream", duration);
    }

    public LoadResult watch(WatchPlan watch, Plan plan) {
        return new WatchLoad(target, watch).run("watch", plan.inFlight(), plan.warmup(), plan.window());
    }

    /** Puts every key once, several to a transaction. */
    public LoadResult fill(int putsPerTxn, int inFlight, Duration limit) {
        return runToEnd("fill", new FillLoad(keys, values(), putsPerTxn), inFlight, limit);
    }

    /** Compacts to the current revision and waits until that is done. */
    public LoadResult compact(Duration limit) {
        return runToEnd("compact", new CompactLoad(), 1, limit);
    }

    /** Takes a snapshot of the whole store, and throws it away. One shorter than the keys' values is an error. */
    public LoadResult snapshot(Duration limit) {
        return runToEnd("snapshot", new SnapshotLoad((long) keys.count() * valueBytes), 1, limit);
    }

    public LoadResult defragment(Duration limit) {
        SingleCall call = new SingleCall("/etcdserverpb.Maintenance/Defragment", out -> {}, SingleCall.NOTHING);
        return runToEnd("defragment", call, 1, limit);
    }

    /** Whether the server leads its cluster, as far as it knows. */
    public boolean leads(Duration limit) {
        StatusLoad status = new StatusLoad();
        LoadResult result = runToEnd("status", status, 1, limit);
        return result.errors() == 0 && status.leads();
    }

    /**
     * Adds a voter to the server's cluster, which has yet to start.
     *
     * @return its id
     */
    public long addMember(String peerUrl, Duration limit) {
        MemberLoad add = MemberLoad.add(peerUrl);
        required(runToEnd("member-add", add, 1, limit));
        return add.id();
    }

    public void removeMember(long id, Duration limit) {
        required(runToEnd("member-remove", MemberLoad.remove(id), 1, limit));
    }

    /** The same loads by who shows that token with each call; empty: none. */
    public Loads with(String token) {
        return new Loads(target.with(target.access().withToken(token)), keys, valueBytes);
    }

    /** The same loads on the event loop of another client. */
    public Loads over(LoadClient other) {
        return new Loads(target.over(other), keys, valueBytes);
    }

    /** Enables auth on a server without users, for a user who may read and write the keys of these loads. */
    public AuthTokens enableAuth(Duration limit) {
        return new AuthSetup(call -> {
                    required(runToEnd(call.path(), call, 1, limit));
                    return call;
                })
                .run(keys);
    }

    private static void required(LoadResult result) {
        if (result.errors() > 0) {
            throw new IllegalStateException(result.name() + " failed: " + result.errorTexts());
        }
    }

    private Values values() {
        return new Values(valueBytes, SEED);
    }

    private LoadResult run(String name, Workload workload, Plan plan) {
        return run(
                name,
                workload,
                plan.inFlight(),
                plan.warmup(),
                loop -> loop.awaitWindow(plan.window(), loop::windowIsEmpty));
    }

    private LoadResult run(
            String name, Workload workload, int inFlight, Duration warmup, Consumer<ClosedLoop> awaitWindow) {
        List<Http2Connection> connections = target.connect();
        try {
            return measure(name, new ClosedLoop(target.client(), connections, workload, inFlight), warmup, awaitWindow);
        } finally {
            target.client().close(connections);
        }
    }

    private LoadResult measure(String name, ClosedLoop loop, Duration warmup, Consumer<ClosedLoop> awaitWindow) {
        loop.start();
        loop.awaitEnd(warmup);
        CpuSample before = target.sample();
        loop.cut();
        awaitWindow.accept(loop);
        CpuSample.Use cpu = before.until(target.sample());
        Window window = loop.cut();
        if (!loop.stop()) {
            window.error("calls without an answer");
        }
        return LoadResult.of(name, window, cpu, target.memory());
    }

    private LoadResult runToEnd(String name, Workload workload, int inFlight, Duration limit) {
        List<Http2Connection> connections = target.connect();
        try {
            CpuSample before = target.sample();
            ClosedLoop loop = new ClosedLoop(target.client(), connections, workload, inFlight);
            loop.start();
            boolean ended = loop.awaitEnd(limit);
            CpuSample.Use cpu = before.until(target.sample());
            Window window = loop.cut();
            if (!ended) {
                window.error("not done within " + limit.toSeconds() + " s");
                loop.stop();
            }
            return LoadResult.of(name, window, cpu, target.memory());
        } finally {
            target.client().close(connections);
        }
    }
}
