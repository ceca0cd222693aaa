package io.metastore.server.gateway;

import com.google.protobuf.Message;
import io.grpc.ClientCall;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import io.metastore.api.EtcdError;
import io.metastore.server.gateway.Routes.Route;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One call through the gateway.
 *
 * <p>States: READING, until the request is whole, which for methods that take many requests is at once; CALLING, until the
 * service has ended the call; ENDED. All fields belong to the connection's event loop; what gRPC tells comes in on any
 * thread and is handed over to it.
 *
 * <p>A stream of answers is asked for one by one, and only while the client takes what was sent before; requests are handed
 * on only while the service takes them.
 */
final class GatewayCall extends ClientCall.Listener<Message> {
    /** What may wait here for a service that does not take requests, before reading stops; in bytes. */
    private static final int MAX_WAITING_BYTES = 64 << 10;
    /** A message's JSON is seldom more than twice as long, and two thirds more for base64. */
    private static final int FIRST_BUFFER_BYTES = 256;

    private enum State {
        READING,
        CALLING,
        ENDED
    }

    private final Gateway.Parts parts;
    private final Route route;
    private final CallHeaders headers;
    private final AnswerSink sink;
    private final Executor loop;
    private final JsonValues requests = new JsonValues();
    private final ClientCall<Message, Message> call;
    private State state = State.READING;
    private boolean requestsEnded;
    private boolean halfClosed;
    private boolean readingStopped;
    private boolean answerWanted;
    // Of a method with one answer: written before the call's end is told.
    private volatile @Nullable Message answer;

    GatewayCall(Gateway.Parts parts, Route route, CallHeaders headers, AnswerSink sink, Executor loop) {
        this.parts = parts;
        this.route = route;
        this.headers = headers;
        this.sink = sink;
        this.loop = loop;
        this.call = parts.member().newCall(route.method(), headers.options());
    }

    /** Has the time for the call run out before it began? */
    private boolean isLate() {
        Deadline deadline = headers.options().getDeadline();
        return deadline != null && deadline.isExpired();
    }

    /** Takes the body from now on; a method that takes many requests is called at once. */
    void start() {
        if (route.clientStreams()) {
            if (isLate()) {
                fail(Status.DEADLINE_EXCEEDED);
            } else {
                begin();
            }
        }
    }

    // ---- what the client sends

    /** More of the body. */
    void body(ByteBuf bytes) {
        if (state == State.ENDED || halfClosed) {
            return;
        }
        if (requests.held() + (long) bytes.readableBytes() > parts.maxBodyBytes()) {
            fail(tooLarge(requests.held() + (long) bytes.readableBytes()));
            return;
        }
        requests.add(bytes);
        if (route.clientStreams()) {
            sendRequests();
        }
    }

    /** The body is over. */
    void bodyEnd() {
        requestsEnded = true;
        if (state == State.ENDED || halfClosed) {
            return;
        }
        if (route.clientStreams()) {
            sendRequests();
        } else {
            sendOnly(true);
        }
    }

    /** Starts a call that takes one request if that request is here, though the body may go on. */
    void frameEnd() {
        if (state == State.READING) {
            sendOnly(false);
        }
    }

    /** The client has gone away. */
    void cancel() {
        if (state == State.CALLING) {
            call.cancel("the client has gone away", null);
        }
        state = State.ENDED;
    }

    /** The client takes answers again. */
    void writable() {
        if (state == State.CALLING && answerWanted && sink.isWritable()) {
            answerWanted = false;
            call.request(1);
        }
    }

    private void begin() {
        state = State.CALLING;
        call.start(this, headers.metadata());
        call.request(route.serverStreams() ? 1 : 2); // in a call with one answer, to notice a second
    }

    private void sendOnly(boolean ended) {
        Message request;
        try {
            JsonValues.Value value = requests.next(ended);
            if (value == null && !ended) {
                return;
            }
            request = value == null ? route.prototype() : read(value);
        } catch (JsonException malformed) {
            fail(Status.INVALID_ARGUMENT.withDescription(malformed.getMessage()));
            return;
        } catch (MessageReader.TooDeepException tooDeep) {
            fail(EtcdError.TOO_MANY_OPS.status());
            return;
        }
        int bytes = request.getSerializedSize();
        if (bytes > parts.maxMessageBytes()) {
            fail(tooLarge(bytes));
            return;
        }
        if (isLate()) {
            fail(Status.DEADLINE_EXCEEDED);
            return;
        }
        begin();
        call.sendMessage(request);
        halfClose();
    }

    /** A request that is malformed ends the requests, and nobody is told (grpc-gateway logs it). */
    private void sendRequests() {
        try {
            while (state == State.CALLING && !halfClosed && call.isReady()) {
                JsonValues.Value value = requests.next(requestsEnded);
                if (value == null) {
                    if (requestsEnded) {
                        halfClose();
                    }
                    break;
                }
                Message request = read(value);
                int bytes = request.getSerializedSize();
                if (bytes > parts.maxMessageBytes()) {
                    fail(tooLarge(bytes));
                    return;
                }
                call.sendMessage(request);
            }
        } catch (JsonException | MessageReader.TooDeepException malformed) {
            halfClose();
        }
        boolean stop = !halfClosed && requests.held() > MAX_WAITING_BYTES && !call.isReady();
        if (stop != readingStopped) {
            readingStopped = stop;
            sink.read(!stop);
        }
    }

    private void halfClose() {
        halfClosed = true;
        call.halfClose();
    }

    private Message read(JsonValues.Value value) throws JsonException, MessageReader.TooDeepException {
        return MessageReader.read(value, route.prototype(), route.request(), Gateway.MAX_MESSAGE_DEPTH);
    }

    private Status tooLarge(long bytes) {
        return Status.RESOURCE_EXHAUSTED.withDescription(
                "grpc: received message larger than max (%d vs. %d)".formatted(bytes, parts.maxMessageBytes()));
    }

    // ---- what the service answers

    @Override
    public void onMessage(Message message) {
        if (route.serverStreams()) {
            onLoop(() -> sendLine(message));
        } else {
            answer = message;
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        onLoop(() -> ended(status));
    }

    @Override
    public void onReady() {
        if (route.clientStreams()) {
            onLoop(this::sendRequests);
        }
    }

    /** Answers of a stream are told in their order, so all of them take the same way. */
    private void onLoop(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException stopped) {
            // The event loops are gone, and the connection with them.
        }
    }

    private void sendLine(Message message) {
        if (state != State.CALLING) {
            return;
        }
        ByteBuf line = sink.buffer(sizeHint(message));
        ByteBufUtil.writeAscii(line, "{\"result\":");
        new MessageWriter(line, true).write(message, route.response());
        ByteBufUtil.writeAscii(line, "}\n");
        sink.line(HttpStatus.OK, line, true);
        answerWanted = true;
        writable();
    }

    private void ended(Status status) {
        if (state != State.CALLING) {
            return;
        }
        if (!status.isOk()) {
            fail(status);
            return;
        }
        Message whole = answer;
        if (route.serverStreams()) {
            state = State.ENDED;
            sink.end();
        } else if (whole == null) {
            fail(Status.INTERNAL.withDescription("no answer"));
        } else {
            sendWhole(whole);
        }
    }

    private void sendWhole(Message message) {
        if (message.getSerializedSize() > Gateway.MAX_ANSWER_BYTES) {
            fail(Status.RESOURCE_EXHAUSTED.withDescription(
                    "answer of %d bytes is too large for JSON".formatted(message.getSerializedSize())));
            return;
        }
        state = State.ENDED;
        ByteBuf json = sink.buffer(sizeHint(message));
        new MessageWriter(json, false).write(message, route.response());
        sink.whole(HttpStatus.OK, json, true, null);
    }

    private static int sizeHint(Message message) {
        return FIRST_BUFFER_BYTES + 2 * Math.min(message.getSerializedSize(), 512 << 20);
    }

    private void fail(Status status) {
        if (state == State.CALLING) {
            call.cancel("failed in the gateway", null);
        }
        boolean streams = route.serverStreams() && state == State.CALLING;
        state = State.ENDED;
        int httpStatus = HttpStatus.of(status.getCode());
        ByteBuf json = sink.buffer(FIRST_BUFFER_BYTES);
        if (streams) {
            ByteBufUtil.writeAscii(json, "{\"error\":");
            HttpStatus.write(status, json, true);
            ByteBufUtil.writeAscii(json, "}\n");
            sink.line(httpStatus, json, false);
            sink.end();
        } else {
            refuse(status, sink, json);
        }
    }

    /** Answers with a failure and nothing else. */
    static void refuse(Status status, AnswerSink sink, ByteBuf json) {
        HttpStatus.write(status, json, false);
        sink.whole(
                HttpStatus.of(status.getCode()),
                json,
                false,
                status.getCode() == Status.Code.UNAUTHENTICATED ? HttpStatus.messageOf(status) : null);
    }
}
