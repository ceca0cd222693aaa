package io.metastore.server.process;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.server.process.history.Call;
import io.metastore.server.process.history.Call.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One client, which makes one call after the other through plain stubs, without any retry, and writes down what it saw.
 * Runs on its own thread until it is told to stop or the server does not answer any more.
 */
final class LoadClient implements Runnable {

    private static final int DEADLINE_SECONDS = 20;

    /** Errors that say: nothing was done. Of all others it is not known. */
    private static final Set<Status.Code> REFUSALS = Set.of(
            Status.Code.INVALID_ARGUMENT,
            Status.Code.OUT_OF_RANGE,
            Status.Code.NOT_FOUND,
            Status.Code.FAILED_PRECONDITION,
            Status.Code.RESOURCE_EXHAUSTED);

    private final int client;
    private final int epoch;
    private final ManagedChannel channel;
    private final Workload workload;
    private final List<Call> calls = new ArrayList<>();
    private final LongAdder answered;
    private volatile boolean stopped;

    LoadClient(int client, int epoch, ManagedChannel channel, Workload workload, LongAdder answered) {
        this.answered = answered;
        this.client = client;
        this.epoch = epoch;
        this.channel = channel;
        this.workload = workload;
    }

    void stop() {
        stopped = true;
    }

    /** To be read when the thread has ended. */
    List<Call> calls() {
        return calls;
    }

    @Override
    public void run() {
        for (int sequence = 0; !stopped; sequence++) {
            String id = "%d-%d-%d".formatted(epoch, client, sequence);
            Call call = call(id, workload.next(id));
            calls.add(call);
            if (call.outcome() == Outcome.UNKNOWN) {
                return;
            }
            answered.increment();
        }
    }

    private Call call(String id, Message request) {
        long invoked = System.nanoTime();
        @Nullable Message response = null;
        Outcome outcome = Outcome.OK;
        try {
            response = ClientCalls.blockingUnaryCall(
                    channel,
                    methodOf(request),
                    CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS),
                    request);
        } catch (StatusRuntimeException e) {
            outcome = REFUSALS.contains(e.getStatus().getCode()) ? Outcome.FAILED : Outcome.UNKNOWN;
        }
        return new Call(id, client, epoch, request, invoked, System.nanoTime(), outcome, response);
    }

    @SuppressWarnings("unchecked") // all methods have protobuf messages
    private static MethodDescriptor<Message, Message> methodOf(Message request) {
        MethodDescriptor<?, ?> method = request instanceof PutRequest
                ? KVGrpc.getPutMethod()
                : request instanceof RangeRequest ? KVGrpc.getRangeMethod() : KVGrpc.getTxnMethod();
        return (MethodDescriptor<Message, Message>) method;
    }
}
