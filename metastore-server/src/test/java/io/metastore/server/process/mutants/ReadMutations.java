package io.metastore.server.process.mutants;

import net.bytebuddy.asm.Advice;

/** Defects of reads. */
final class ReadMutations {

    private ReadMutations() {}

    static final class AtOnce {

        private AtOnce() {}

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter(@Advice.Argument(0) Runnable read) {
            Effect.count();
            read.run();
            return true;
        }
    }
}
