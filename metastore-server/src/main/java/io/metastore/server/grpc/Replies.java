package io.metastore.server.grpc;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.metastore.api.EtcdError;
import io.metastore.api.EtcdException;
import io.metastore.raft.RaftException;
import io.metastore.storage.mvcc.ResponseTooLargeException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** The one place where a failure becomes a gRPC status. */
public final class Replies {

    private Replies() {}

    /** What the client is told of a failure; catalogue code and text where etcd has one. */
    public static Status statusOf(Throwable failure) {
        Throwable cause = rootOf(failure);
        if (cause instanceof EtcdException known) {
            return known.error().status();
        }
        if (cause instanceof ResponseTooLargeException tooLarge) {
            return Status.RESOURCE_EXHAUSTED.withDescription(tooLarge.getMessage());
        }
        if (cause instanceof RaftException.Refused refused) {
            return errorOf(refused).status();
        }
        if (cause instanceof RaftException.OutcomeUnknown) {
            return EtcdError.TIMEOUT_LEADER_FAILED.status();
        }
        if (cause instanceof StatusRuntimeException status) {
            return status.getStatus();
        }
        if (cause instanceof StatusException status) {
            return status.getStatus();
        }
        return Status.INTERNAL.withDescription("metastore: " + cause).withCause(cause);
    }

    private static EtcdError errorOf(RaftException.Refused refused) {
        return switch (refused.reason()) {
            case NOT_LEADER -> EtcdError.NO_LEADER;
            case BUSY -> EtcdError.TOO_MANY_REQUESTS;
            case TIMEOUT -> EtcdError.TIMEOUT;
            case STOPPED -> EtcdError.STOPPED;
        };
    }

    private static Throwable rootOf(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
