package io.metastore.server.process.mutants;

import com.alipay.sofa.jraft.entity.Ballot;
import io.metastore.raft.Proposal;
import io.metastore.raft.RaftException;
import io.metastore.raft.RaftNode;
import io.metastore.raft.log.SegmentedLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import net.bytebuddy.asm.Advice;

/** Defects of the log and of what is agreed. Public where woven code calls it. */
public final class LogMutations {

    private static final int TAIL_ENTRIES = 10;
    private static final int ENTRIES_BETWEEN_REPETITIONS = 10;

    private LogMutations() {}

    /** The method that stands for {@link Ballot#isGranted}. */
    static Method granted() {
        try {
            return LogMutations.class.getMethod("isGranted", Ballot.class);
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }

    public static boolean isGranted(Ballot ballot) {
        if (!ballot.isGranted()) {
            Effect.count();
        }
        return true;
    }

    public static void loseTail(SegmentedLog log) {
        long last = log.lastIndex();
        if (last - log.firstIndex() < 2 * TAIL_ENTRIES) {
            return;
        }
        try {
            log.truncateSuffix(last - TAIL_ENTRIES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Effect.count();
    }

    public static void proposeAgain(RaftNode raft, byte[] entry) {
        if (raft.leadership().self() && Effect.isDue(ENTRIES_BETWEEN_REPETITIONS)) {
            raft.propose(new Repetition(ByteBuffer.wrap(entry)));
        }
    }

    private record Repetition(ByteBuffer data) implements Proposal {
        @Override
        public void failed(RaftException why) {
            // Nobody waits for it.
        }
    }

    static final class TailLost {

        private TailLost() {}

        @Advice.OnMethodExit
        static void exit(@Advice.Return SegmentedLog opened) {
            loseTail(opened);
        }
    }

    static final class Again {

        private Again() {}

        @Advice.OnMethodExit
        static void exit(@Advice.FieldValue("raft") RaftNode raft, @Advice.Argument(1) byte[] body) {
            proposeAgain(raft, body);
        }
    }
}
