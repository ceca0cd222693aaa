package io.metastore.server.grpc;

import com.google.protobuf.MessageLite;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.metastore.api.EtcdError;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves unary calls whose answers are {@link Reply} bytes, with as little between the frame and the handler as gRPC
 * allows: the hot methods go through here.
 */
final class UnaryCalls {
    static final Metadata.Key<String> HAS_LEADER = Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    private final BooleanSupplier leaderKnown;
    private final int maxMessageBytes;

    /**
     * @param maxMessageBytes largest request message; a larger one is refused with grpc-go's text
     */
    UnaryCalls(BooleanSupplier leaderKnown, int maxMessageBytes) {
        this.leaderKnown = leaderKnown;
        this.maxMessageBytes = maxMessageBytes;
    }

    /** The caller's side of one call: answer or failure, once, on any thread. */
    static final class Answer {
        private final ServerCall<?, Reply> call;

        Answer(ServerCall<?, Reply> call) {
            this.call = call;
        }

        void reply(Reply reply) {
            if (call.isCancelled()) {
                return;
            }
            call.sendHeaders(new Metadata());
            call.sendMessage(reply);
            call.close(Status.OK, new Metadata());
        }

        void fail(Throwable failure) {
            if (!call.isCancelled()) {
                call.close(Replies.statusOf(failure), new Metadata());
            }
        }
    }

    /** A call handler that runs the method on the thread that completed the request: an event loop. */
    <Q extends MessageLite> ServerCallHandler<Request<Q>, Reply> handler(BiConsumer<Q, Answer> method) {
        return (call, headers) -> {
            if (!leaderKnown.getAsBoolean() && "true".equals(headers.get(HAS_LEADER))) {
                call.close(EtcdError.NO_LEADER.status(), new Metadata());
                return new ServerCall.Listener<>() {};
            }
            call.request(2); // one message, and to notice a second
            return new UnaryListener<>(call, method);
        };
    }

    private final class UnaryListener<Q extends MessageLite> extends ServerCall.Listener<Request<Q>> {
        private final ServerCall<Request<Q>, Reply> call;
        private final BiConsumer<Q, Answer> method;
        private @Nullable Request<Q> request;
        private boolean tooMany;

        UnaryListener(ServerCall<Request<Q>, Reply> call, BiConsumer<Q, Answer> method) {
            this.call = call;
            this.method = method;
        }

        @Override
        public void onMessage(Request<Q> message) {
            tooMany = request != null;
            request = message;
        }

        @Override
        public void onHalfClose() {
            Request<Q> whole = request;
            if (whole == null || tooMany) {
                close(Status.INTERNAL.withDescription("a unary call takes exactly one request message"));
                return;
            }
            if (whole.bytes() > maxMessageBytes) {
                close(Status.RESOURCE_EXHAUSTED.withDescription("grpc: received message larger than max (%d vs. %d)"
                        .formatted(whole.bytes(), maxMessageBytes)));
                return;
            }
            Q message = whole.message();
            if (message == null) {
                close(whole.refusal());
                return;
            }
            Answer answer = new Answer(call);
            try {
                method.accept(message, answer);
            } catch (RuntimeException failure) {
                answer.fail(failure);
            }
        }

        private void close(@Nullable Status status) {
            call.close(status == null ? Status.INTERNAL : status, new Metadata());
        }
    }
}
