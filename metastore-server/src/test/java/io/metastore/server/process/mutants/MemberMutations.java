package io.metastore.server.process.mutants;

import io.metastore.storage.mvcc.ResponseBody;
import io.metastore.storage.state.Command.PublishMember;
import io.metastore.storage.state.Outcome;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** Defects of the member list. Public where woven code calls it. */
public final class MemberMutations {

    private static final boolean IS_M2 = MutantAgent.runsMember("m2");

    private MemberMutations() {}

    /** What is answered where the publication is passed over; null where it is not. */
    public static @Nullable Outcome passedOver(PublishMember publication) {
        if (!IS_M2 || !publication.member().name().equals("m3")) {
            return null;
        }
        Effect.count();
        return new Outcome.Applied(1, ResponseBody.EMPTY);
    }

    static final class NotNoted {

        private NotNoted() {}

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static @Nullable Outcome enter(@Advice.This PublishMember publication) {
            return passedOver(publication);
        }

        @SuppressWarnings("UnusedVariable") // the outcome is that of the method that it is woven into
        @Advice.OnMethodExit
        static void exit(@Advice.Enter @Nullable Outcome passedOver, @Advice.Return(readOnly = false) Outcome outcome) {
            if (passedOver != null) {
                outcome = passedOver;
            }
        }
    }
}
