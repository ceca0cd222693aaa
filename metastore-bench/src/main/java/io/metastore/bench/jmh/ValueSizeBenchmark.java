package io.metastore.bench.jmh;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.CompactionRequest;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What a value's size costs. */
public class ValueSizeBenchmark extends Measured {
    private static final int KEYS = 16;

    /** The value, and that many keys that have it. */
    @State(Scope.Benchmark)
    public static class Value {
        @Param({"100", "10240", "1048576"})
        public int valueBytes = 100;

        /** {@code zeros}, which a store may compress, or {@code random}. */
        @Param({"random", "zeros"})
        public String content = "random";

        private ByteString value = ByteString.EMPTY;

        @Setup(Level.Trial)
        public void fill(Member member) {
            byte[] bytes = new byte[valueBytes];
            if ("random".equals(content)) {
                new Random(7).nextBytes(bytes);
            }
            value = ByteString.copyFrom(bytes);
            Calls calls = new Calls(member.channel(0));
            for (int i = 0; i < KEYS; i++) {
                calls.put(Requests.key("bench/read/", i), value);
            }
        }

        /** Old versions go, and it is waited for: megabytes of history would fill the heap of the memory engine. */
        @TearDown(Level.Iteration)
        public void compact(Member member) {
            Calls calls = new Calls(member.channel(0));
            long head = calls.put(Requests.key("bench/head/", 0), ByteString.EMPTY)
                    .getHeader()
                    .getRevision();
            calls.compact(CompactionRequest.newBuilder()
                    .setRevision(head)
                    .setPhysical(true)
                    .build());
        }
    }

    /** Over sixteen keys of each thread. */
    @Benchmark
    public Object put(Client client, Value value) {
        return client.calls().put(client.ownKey("bench/large/", client.next() % KEYS), value.value);
    }

    /** Linearizable, over sixteen keys. */
    @Benchmark
    public Object get(Client client, Value value) {
        return client.calls().get(Requests.key("bench/read/", client.next() % KEYS));
    }
}
