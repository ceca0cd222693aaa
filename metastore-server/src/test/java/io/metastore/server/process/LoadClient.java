package io.metastore.server.process;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.server.process.history.Call;
import io.metastore.server.process.history.Call.Outcome;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One client, which makes one call after the other through plain stubs, without any retry, and writes down what it saw.
 * Runs on its own thread until it is told to stop or, if that is its manner, the server does not answer any more.
 */
public final class LoadClient implements Runnable {

    /** How long a client that got no answer leaves the server alone. */
    private static final long AFTER_FAILURE_NANOS = TimeUnit.MILLISECONDS.toNanos(30);

    /** Errors that say: nothing was done. As a connection that was refused; of all others it is not known. */
    private static final Set<Status.Code> REFUSALS = Set.of(
            Status.Code.INVALID_ARGUMENT,
            Status.Code.OUT_OF_RANGE,
            Status.Code.NOT_FOUND,
            Status.Code.FAILED_PRECONDITION,
            Status.Code.RESOURCE_EXHAUSTED);

    private final int client;
    private final String name;
    private final IntSupplier epoch;
    private final ManagedChannel channel;
    private final Function<String, Message> requests;
    private final Consumer<Call> answered;
    private final Manner manner;
    private final List<Call> calls = new ArrayList<>();
    private volatile boolean stopped;

    /**
     * How a client behaves.
     *
     * @param pause between an answer and the next call
     * @param staysOn whether it goes on after a call that got no answer
     */
    public record Manner(Duration deadline, Duration pause, boolean staysOn) {}

    /**
     * A client with a number of its own.
     *
     * @param name what the ids of its calls begin with, no other client's
     * @param epoch which life of its server it talks to; see {@link Call}
     * @param requests what to ask next, given the id of the call
     * @param answered told of each call that was answered or refused, on the client's thread
     */
    public LoadClient(
            int client,
            String name,
            IntSupplier epoch,
            ManagedChannel channel,
            Function<String, Message> requests,
            Consumer<Call> answered,
            Manner manner) {
        this.client = client;
        this.name = name;
        this.epoch = epoch;
        this.channel = channel;
        this.requests = requests;
        this.answered = answered;
        this.manner = manner;
    }

    public void stop() {
        stopped = true;
    }

    /** To be read when the thread has ended. */
    public List<Call> calls() {
        return calls;
    }

    @Override
    public void run() {
        for (int sequence = 0; !stopped; sequence++) {
            String id = name + "-" + sequence;
            Call call = call(id, requests.apply(id));
            if (call.outcome() != Outcome.UNKNOWN) {
                answered.accept(call);
            } else if (!manner.staysOn()) {
                return;
            }
            LockSupport.parkNanos(
                    call.response() == null
                            ? AFTER_FAILURE_NANOS
                            : manner.pause().toNanos());
        }
    }

    /** Makes one call, and writes it down. */
    public Call call(String id, Message request) {
        int epochBefore = epoch.getAsInt();
        long invoked = System.nanoTime();
        @Nullable Message response = null;
        Outcome outcome = Outcome.OK;
        try {
            response = ClientCalls.blockingUnaryCall(
                    channel,
                    methodOf(request),
                    CallOptions.DEFAULT.withDeadlineAfter(manner.deadline().toMillis(), TimeUnit.MILLISECONDS),
                    request);
        } catch (StatusRuntimeException e) {
            outcome = refused(e) ? Outcome.FAILED : Outcome.UNKNOWN;
        }
        long returned = System.nanoTime();
        // Which life answered is not known where one ended during the call: such a call is in an epoch of its own.
        int itsEpoch = epoch.getAsInt() == epochBefore ? epochBefore : -(calls.size() * 1_000 + client + 1);
        Call call = new Call(id, client, itsEpoch, request, invoked, returned, outcome, response);
        calls.add(call);
        return call;
    }

    private static boolean refused(StatusRuntimeException failure) {
        return REFUSALS.contains(failure.getStatus().getCode())
                || EtcdError.TOO_MANY_REQUESTS.text().equals(failure.getStatus().getDescription())
                || failure.getStatus().getCause() instanceof ConnectException;
    }

    @SuppressWarnings("unchecked") // all methods have protobuf messages
    private static MethodDescriptor<Message, Message> methodOf(Message request) {
        MethodDescriptor<?, ?> method = request instanceof PutRequest
                ? KVGrpc.getPutMethod()
                : request instanceof RangeRequest ? KVGrpc.getRangeMethod() : KVGrpc.getTxnMethod();
        return (MethodDescriptor<Message, Message>) method;
    }
}
