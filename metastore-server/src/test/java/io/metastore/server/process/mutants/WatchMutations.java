package io.metastore.server.process.mutants;

import io.metastore.storage.mvcc.Change;
import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.asm.Advice;

/** Defects of watches. Public where woven code calls it. */
public final class WatchMutations {

    private static final int BATCHES_BETWEEN_LOSSES = 10;

    private WatchMutations() {}

    public static List<Change> withoutLast(List<Change> changes) {
        return Effect.isDue(BATCHES_BETWEEN_LOSSES) ? changes.subList(0, changes.size() - 1) : changes;
    }

    public static <T> List<T> withLastTwice(List<T> blocks) {
        if (blocks.isEmpty()) {
            return blocks;
        }
        Effect.count();
        List<T> more = new ArrayList<>(blocks);
        more.add(blocks.get(blocks.size() - 1));
        return more;
    }

    @SuppressWarnings("UnusedVariable") // arguments are those of the method that it is woven into
    static final class Dropped {

        private Dropped() {}

        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 1, readOnly = false) List<Change> changes) {
            changes = withoutLast(changes);
        }
    }

    @SuppressWarnings("UnusedVariable") // as above
    static final class Twice {

        private Twice() {}

        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 1, readOnly = false) List<?> blocks) {
            blocks = withLastTwice(blocks);
        }
    }
}
