package io.metastore.bench.jmh;

import static io.metastore.bench.jmh.Requests.KEYS;
import static io.metastore.bench.jmh.Requests.VALUE;

import io.metastore.api.rpc.RangeRequest;
import io.metastore.storage.mvcc.RangeQuery;
import io.metastore.storage.state.Command;
import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/**
 * The state machine alone: no gRPC, no raft, no sync. Its writer is one thread, as on a member; with {@code -t} above 1,
 * benchmarks without readers have a store a thread. Figures are means: some operations are too short to time one by one.
 */
@BenchmarkMode(Mode.AverageTime)
public class StoreBenchmark extends Measured {
    private static final int BATCH = 1_000;
    private static final int RANGE_KEYS = 100;
    private static final RangeQuery RANGE = RangeQuery.fromRequest(Requests.directory("bench/store/", RANGE_KEYS));

    /** One overwrite, one engine write, one publication. */
    @Benchmark
    public Object put(Store store) {
        return putAndCommit(store);
    }

    /** A new key, created by a compare. */
    @Benchmark
    public Object txn(Store store) {
        Object outcome = store.apply(new Command.Txn(Requests.create(Requests.key("bench/txn/", store.next()), VALUE)));
        store.commit();
        return outcome;
    }

    /** A thousand overwrites that share an engine write and a publication; the figure is for one. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void batch(Store store) {
        for (int i = 0; i < BATCH; i++) {
            store.apply(nextPut(store));
        }
        store.commit();
    }

    /** One key of a thousand. */
    @Benchmark
    public Object get(Store store) {
        return get(store, store.next() % KEYS);
    }

    /** A hundred keys with their values. */
    @Benchmark
    public Object range(Store store) {
        return store.reads().range(RANGE);
    }

    /** One thread overwrites keys while others read them. */
    @Benchmark
    @Group("mixed")
    @GroupThreads(1)
    public Object mixedPut(Store.Shared store) {
        return putAndCommit(store);
    }

    /** Three threads read keys while another overwrites them. */
    @Benchmark
    @Group("mixed")
    @GroupThreads(3)
    public Object mixedGet(Store.Shared store) {
        return get(store, ThreadLocalRandom.current().nextInt(KEYS));
    }

    private static Object putAndCommit(Store store) {
        Object outcome = store.apply(nextPut(store));
        store.commit();
        return outcome;
    }

    private static Command nextPut(Store store) {
        return new Command.Put(Requests.put(Requests.key("bench/store/", store.next() % KEYS), VALUE));
    }

    private static Object get(Store store, long number) {
        return store.reads()
                .range(RangeQuery.fromRequest(RangeRequest.newBuilder()
                        .setKey(Requests.key("bench/store/", number))
                        .build()));
    }
}
