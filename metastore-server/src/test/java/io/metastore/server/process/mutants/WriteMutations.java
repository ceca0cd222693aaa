package io.metastore.server.process.mutants;

import io.metastore.api.EtcdError;
import io.metastore.api.rpc.Compare;
import io.metastore.server.replication.OutcomeListener;
import io.metastore.storage.mvcc.ResponseBody;
import io.metastore.storage.mvcc.WriteTxn;
import io.metastore.storage.state.Command;
import io.metastore.storage.state.Outcome;
import java.util.List;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** Defects of changes. Public where woven code calls it. */
public final class WriteMutations {

    private static final int PUTS_BETWEEN_MISTAKES = 5;

    /** Of so many compares that do not hold, one holds. */
    private static final int COMPARES = 5;

    private static final boolean IS_M2 = MutantAgent.runsMember("m2");

    private WriteMutations() {}

    public static OutcomeListener refusing(Command command, OutcomeListener listener) {
        return command instanceof Command.Put && Effect.isDue(PUTS_BETWEEN_MISTAKES)
                ? new Refusing(listener)
                : listener;
    }

    private record Refusing(OutcomeListener listener) implements OutcomeListener {
        @Override
        public void applied(Outcome outcome) {
            listener.failed(EtcdError.TOO_MANY_REQUESTS.exception());
        }

        @Override
        public void failed(Throwable why) {
            listener.failed(why);
        }
    }

    /** What a put that is left out is answered with; null for commands that are applied. */
    public static @Nullable Outcome skipped(Command command, long revision) {
        return IS_M2 && command instanceof Command.Put && Effect.isDue(PUTS_BETWEEN_MISTAKES)
                ? new Outcome.Applied(revision, ResponseBody.EMPTY)
                : null;
    }

    /** The same on all members and whenever the log is read again: by the bytes of the compare. */
    public static boolean holds(List<Compare> compares, boolean hold) {
        if (hold || Math.floorMod(compares.get(0).toByteString().hashCode(), COMPARES) != 0) {
            return hold;
        }
        Effect.count();
        return true;
    }

    public static long fallen(long revision) {
        if (revision == 1) {
            return revision;
        }
        Effect.count();
        return revision - 1;
    }

    @SuppressWarnings("UnusedVariable") // arguments are those of the method that it is woven into
    static final class Refused {

        private Refused() {}

        @Advice.OnMethodEnter
        static void enter(
                @Advice.Argument(0) Command command,
                @Advice.Argument(value = 1, readOnly = false) OutcomeListener listener) {
            listener = refusing(command, listener);
        }
    }

    @SuppressWarnings("UnusedVariable") // as above
    static final class Skipped {

        private Skipped() {}

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static @Nullable Outcome enter(
                @Advice.Argument(0) Command command, @Advice.FieldValue("writer") WriteTxn writer) {
            return skipped(command, writer.revision());
        }

        @Advice.OnMethodExit
        static void exit(@Advice.Enter @Nullable Outcome skipped, @Advice.Return(readOnly = false) Outcome outcome) {
            if (skipped != null) {
                outcome = skipped;
            }
        }
    }

    @SuppressWarnings("UnusedVariable") // as above
    static final class Holds {

        private Holds() {}

        @Advice.OnMethodExit
        static void exit(@Advice.Argument(0) List<Compare> compares, @Advice.Return(readOnly = false) boolean hold) {
            hold = holds(compares, hold);
        }
    }

    @SuppressWarnings("UnusedVariable") // as above
    static final class Falls {

        private Falls() {}

        @Advice.OnMethodExit
        static void exit(@Advice.FieldValue(value = "currentRevision", readOnly = false) long currentRevision) {
            currentRevision = fallen(currentRevision);
        }
    }
}
