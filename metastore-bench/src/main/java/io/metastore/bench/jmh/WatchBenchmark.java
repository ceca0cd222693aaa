package io.metastore.bench.jmh;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.WatchResponse;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** From a put to its event. */
public class WatchBenchmark extends Measured {

    /** A thread's stream. */
    @State(Scope.Thread)
    public static class Stream {
        private WatchCall call;

        @Setup(Level.Trial)
        public void open(Client client) {
            call = WatchCall.open(client.channel());
        }

        @TearDown(Level.Trial)
        public void close() {
            call.close();
        }
    }

    /** A thread's watch that stays, on a key of its own. */
    @State(Scope.Thread)
    public static class Standing {
        private ByteString key = ByteString.EMPTY;
        private WatchCall call;

        @Setup(Level.Trial)
        public void watch(Client client) throws InterruptedException {
            key = client.newKey("bench/standing/");
            call = WatchCall.open(client.channel());
            call.watch(key);
        }

        @TearDown(Level.Trial)
        public void close() {
            call.close();
        }
    }

    /** Watches a new key, puts it, gets the event, cancels the watch; on a stream that stays open. */
    @Benchmark
    public Object roundTrip(Client client, Stream stream) throws InterruptedException {
        ByteString key = client.newKey("bench/watch/");
        long id = stream.call.watch(key);
        client.calls().put(key, Requests.VALUE);
        WatchResponse told = stream.call.event();
        stream.call.cancel(id);
        return told;
    }

    /** Puts a key that is watched, and gets the event. */
    @Benchmark
    public Object event(Client client, Standing standing) throws InterruptedException {
        client.calls().put(standing.key, Requests.VALUE);
        return standing.call.event();
    }
}
