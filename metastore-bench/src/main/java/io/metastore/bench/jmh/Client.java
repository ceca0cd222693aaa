package io.metastore.bench.jmh;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * One thread that calls a {@link Member}, one call at a time. JMH makes one for each parameter that asks for it, also within
 * a thread: two that count do not know of each other.
 */
@State(Scope.Thread)
public class Client {
    private Channel channel;
    private Calls calls;
    private SplittableRandom random;
    private int thread;
    private long count;

    @Setup(Level.Trial)
    public void connect(Member member, ThreadParams threads) {
        thread = threads.getThreadIndex();
        channel = member.channel(thread);
        calls = new Calls(channel);
        random = new SplittableRandom(thread);
    }

    Channel channel() {
        return channel;
    }

    Calls calls() {
        return calls;
    }

    /** 0, 1, 2 and so on. */
    long next() {
        return count++;
    }

    int random(int bound) {
        return random.nextInt(bound);
    }

    /** A key that no thread has used before, if no other client of this thread has the prefix. */
    ByteString newKey(String prefix) {
        return ownKey(prefix, next());
    }

    /** A key that no other thread uses. */
    ByteString ownKey(String prefix, long number) {
        return Requests.key(prefix + thread + "/", number);
    }
}
