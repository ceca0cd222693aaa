package io.metastore.server.process.mutants;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import net.bytebuddy.asm.Advice;

/** Defects of leases. Public where woven code calls it. */
public final class LeaseMutations {

    private LeaseMutations() {}

    public static boolean isNotCounted(Map<?, ?> leases) {
        if (leases.isEmpty()) {
            return false;
        }
        Effect.count();
        return true;
    }

    public static long shortened(long extensionNanos) {
        Effect.count();
        return extensionNanos - TimeUnit.SECONDS.toNanos(10);
    }

    static final class NotCounted {

        private NotCounted() {}

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter(@Advice.FieldValue("entries") Map<?, ?> entries) {
            return isNotCounted(entries);
        }
    }

    @SuppressWarnings("UnusedVariable") // the argument is that of the method that it is woven into
    static final class Shortened {

        private Shortened() {}

        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 0, readOnly = false) long extensionNanos) {
            extensionNanos = shortened(extensionNanos);
        }
    }
}
