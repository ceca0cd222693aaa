package io.metastore.bench.jmh;

import static io.metastore.bench.jmh.Requests.KEYS;
import static io.metastore.bench.jmh.Requests.VALUE;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.RangeRequest;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/** Keys and transactions through gRPC and the raft log: one thread calls, or as many as the benchmark says. */
public class KvBenchmark extends Measured {
    private static final int RANGE_KEYS = 100;
    private static final int MIXED_KEYS = 100;
    private static final int PARALLEL = 8;
    private static final int HIGH = 32;
    private static final RangeRequest RANGE = Requests.directory("bench/range/", 0);
    private static final RangeRequest TEN_MIXED = Requests.directory("bench/mixed/", 10);

    /** What is there to be read. */
    @State(Scope.Benchmark)
    public static class Filled {
        @Setup(Level.Trial)
        public void fill(Member member) {
            Calls calls = new Calls(member.channel(0));
            for (int i = 0; i < KEYS; i++) {
                calls.put(Requests.key("bench/get/", i), VALUE);
                calls.put(Requests.key("bench/shared/", i), VALUE);
            }
            for (int i = 0; i < RANGE_KEYS; i++) {
                calls.put(Requests.key("bench/range/", i), VALUE);
            }
            for (int i = 0; i < MIXED_KEYS; i++) {
                calls.put(Requests.key("bench/mixed/", i), VALUE);
            }
        }
    }

    /** A key for each delete, put off the clock. With several threads the puts of the others are part of the load. */
    @State(Scope.Thread)
    public static class Doomed {
        private ByteString key = ByteString.EMPTY;

        @Setup(Level.Invocation)
        public void put(Client client) {
            key = client.newKey("bench/delete/");
            client.calls().put(key, VALUE);
        }
    }

    /** New keys. */
    @Benchmark
    public Object put(Client client) {
        return client.calls().put(client.newKey("bench/put/"), VALUE);
    }

    /** Every thread counts over the same thousand keys. */
    @Benchmark
    @Threads(PARALLEL)
    public Object putContended(Client client) {
        return client.calls().put(Requests.key("bench/contended/", client.next() % KEYS), VALUE);
    }

    /** Every thread counts over a thousand keys of its own. */
    @Benchmark
    @Threads(PARALLEL)
    public Object putDisjoint(Client client) {
        return client.calls().put(client.ownKey("bench/disjoint/", client.next() % KEYS), VALUE);
    }

    /** Linearizable, over a thousand keys. */
    @Benchmark
    public Object get(Client client, Filled filled) {
        return client.calls().get(Requests.key("bench/get/", client.next() % KEYS));
    }

    /** As {@link #get}, by several threads. */
    @Benchmark
    @Threads(PARALLEL)
    public Object getParallel(Client client, Filled filled) {
        return client.calls().get(Requests.key("bench/get/", client.next() % KEYS));
    }

    /** A key that exists. */
    @Benchmark
    public Object delete(Client client, Doomed doomed) {
        return client.calls().delete(doomed.key);
    }

    /** A hundred keys with their values, linearizable. */
    @Benchmark
    public Object range(Client client, Filled filled) {
        return client.calls().range(RANGE);
    }

    /** Creates a key if it is absent, which it is. */
    @Benchmark
    public Object txn(Client client) {
        return client.calls().txn(Requests.create(client.newKey("bench/txn/"), VALUE));
    }

    /** All threads try to create the same keys in the same order: one wins, the others read. */
    @Benchmark
    @Threads(PARALLEL)
    public Object txnContended(Client client) {
        return client.calls().txn(Requests.create(Requests.key("bench/txn-contended/", client.next()), VALUE));
    }

    /** Of ten calls five gets, three puts, a delete and a range of ten keys; over a hundred keys. */
    @Benchmark
    public Object mixed(Client client, Filled filled) {
        ByteString key = Requests.key("bench/mixed/", client.random(MIXED_KEYS));
        return switch ((int) (client.next() % 10)) {
            case 0, 1, 2, 3, 4 -> client.calls().get(key);
            case 5, 6, 7 -> client.calls().put(key, VALUE);
            case 8 -> client.calls().delete(key);
            default -> client.calls().range(TEN_MIXED);
        };
    }

    /** A third each of gets, puts, and deletes with a put after them (one operation); over a thousand shared keys. */
    @Benchmark
    @Threads(HIGH)
    public Object highConcurrency(Client client, Filled filled) {
        ByteString key = Requests.key("bench/shared/", client.random(KEYS));
        return switch ((int) (client.next() % 3)) {
            case 0 -> client.calls().get(key);
            case 1 -> client.calls().put(key, VALUE);
            default -> {
                client.calls().delete(key);
                yield client.calls().put(key, VALUE);
            }
        };
    }
}
