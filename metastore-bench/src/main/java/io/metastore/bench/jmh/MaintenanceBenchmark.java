package io.metastore.bench.jmh;

import static io.metastore.bench.jmh.Requests.KEYS;

import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.HashKVRequest;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.StatusRequest;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.infra.ThreadParams;

/** What operators call. */
public class MaintenanceBenchmark extends Measured {

    /** A thousand keys. */
    @State(Scope.Benchmark)
    public static class Filled {
        @Setup(Level.Trial)
        public void fill(Member member) {
            Calls calls = new Calls(member.channel(0));
            for (int i = 0; i < KEYS; i++) {
                calls.put(Requests.key("bench/hash/", i), Requests.VALUE);
            }
        }
    }

    /** A thread's way to the maintenance service. */
    @State(Scope.Thread)
    public static class Maintenance {
        private MaintenanceGrpc.MaintenanceBlockingStub stub;

        @Setup(Level.Trial)
        public void connect(Client client) {
            stub = MaintenanceGrpc.newBlockingStub(client.channel());
        }
    }

    /** A revision for each compaction, made off the clock by a put. */
    @State(Scope.Thread)
    public static class Head {
        private long revision;

        @Setup(Level.Trial)
        public void check(ThreadParams threads) {
            if (threads.getThreadCount() > 1) {
                throw new IllegalStateException("one thread only: a later compaction of another refuses this one's");
            }
        }

        @Setup(Level.Invocation)
        public void put(Client client) {
            revision = client.calls()
                    .put(Requests.key("bench/compact/", client.next() % KEYS), Requests.VALUE)
                    .getHeader()
                    .getRevision();
        }
    }

    @Benchmark
    public Object status(Maintenance maintenance) {
        return maintenance.stub.status(StatusRequest.getDefaultInstance());
    }

    @Benchmark
    @Threads(8)
    public Object statusParallel(Maintenance maintenance) {
        return maintenance.stub.status(StatusRequest.getDefaultInstance());
    }

    /** The hash of a thousand keys. */
    @Benchmark
    public Object hashKv(Maintenance maintenance, Filled filled) {
        return maintenance.stub.hashKV(HashKVRequest.getDefaultInstance());
    }

    /** Up to the newest revision, one above the last; the erasing goes on behind it. */
    @Benchmark
    @Threads(1)
    public Object compact(Client client, Head head) {
        return client.calls()
                .compact(CompactionRequest.newBuilder()
                        .setRevision(head.revision)
                        .build());
    }
}
