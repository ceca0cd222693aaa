package io.metastore.server.process.history;

import com.google.protobuf.Message;
import io.metastore.api.rpc.RangeRequest;
import org.jspecify.annotations.Nullable;

/**
 * One call of one client, which makes its calls one after the other. A call that changes anything carries {@code id} in
 * each value that it puts, so that its effect can be found again whatever became of the answer.
 *
 * @param epoch which life of the server the call was made in, counted from its starts
 * @param returnedNanos when the answer was there; without meaning for {@link Outcome#UNKNOWN}
 */
public record Call(
        String id,
        int client,
        int epoch,
        Message request,
        long invokedNanos,
        long returnedNanos,
        Outcome outcome,
        @Nullable Message response) {

    public enum Outcome {
        /** Answered. */
        OK,
        /** Refused with an error that says: not done. */
        FAILED,
        /** No answer, or an error that does not say. It may have happened, and may yet. */
        UNKNOWN,
    }

    boolean isSerializable() {
        return request instanceof RangeRequest range && range.getSerializable();
    }

    Call with(Message otherResponse) {
        return new Call(id, client, epoch, request, invokedNanos, returnedNanos, outcome, otherResponse);
    }

    Call with(Outcome otherOutcome) {
        return new Call(id, client, epoch, request, invokedNanos, returnedNanos, otherOutcome, response);
    }

    Call at(long invoked, long returned) {
        return new Call(id, client, epoch, request, invoked, returned, outcome, response);
    }
}
