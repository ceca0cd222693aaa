package io.metastore.bench.workload;

import io.metastore.bench.http2.GrpcStream;
import io.metastore.bench.http2.Http2Connection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Does one operation of its script at a time, and is free when that has ended. Event loop only. */
final class Worker extends GrpcStream {
    private final Crew crew;
    private final Http2Connection connection;
    private final Script script;

    private long begun;
    private List<Request> operation = List.of();
    private int call;
    private long operationNanos;
    private long callNanos;
    private boolean answered;
    private @Nullable String problem;

    Worker(Crew crew, Http2Connection connection, Script script) {
        this.crew = crew;
        this.connection = connection;
        this.script = script;
    }

    /** How many operations it has begun. */
    long begun() {
        return begun;
    }

    /** Its next operation, which should have begun at the given time: what was lost since then is latency too. */
    void begin(long intendedNanos) {
        operation = script.operation(begun++, intendedNanos);
        call = 0;
        operationNanos = intendedNanos;
        call(intendedNanos);
    }

    private void call(long startNanos) {
        callNanos = startNanos;
        answered = false;
        problem = null;
        Request request = operation.get(call);
        if (!connection.unary(request.kind().path(), this, request.message())) {
            crew.tally().errors().add(GrpcStatus.UNAVAILABLE, "connection lost: " + connection.lost());
            crew.lost();
        }
    }

    @Override
    protected boolean keepsMessages() {
        return operation.get(call).check() != ReplyCheck.NONE;
    }

    @Override
    protected void onSkipped(int length) {
        answered = true;
    }

    @Override
    protected void onMessage(byte[] bytes, int offset, int length) {
        answered = true;
        problem = operation.get(call).check().problem(bytes, offset, length);
    }

    @Override
    protected void onClosed(int grpcStatus, String message) {
        if (crew.isOver()) {
            return;
        }
        long now = System.nanoTime();
        if (grpcStatus != 0) {
            crew.tally().errors().add(GrpcStatus.nameOf(grpcStatus), message);
        } else if (!answered || problem != null) {
            crew.tally().errors().add("WRONG_ANSWER", answered ? String.valueOf(problem) : "no message");
        } else {
            crew.tally().call(operation.get(call).kind(), now - callNanos);
            call++;
            if (call < operation.size()) {
                call(now);
                return;
            }
            crew.tally().operation(now - operationNanos);
        }
        crew.free(this, now);
    }
}
