package io.metastore.server.compat.differential;

import com.google.protobuf.Empty;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A call as both sides get it: a method, its requests in order, then the half-close; and metadata. */
record Rpc(MethodDescriptor<Message, Message> method, List<Message> requests, Map<String, String> metadata) {

    private static final int DEADLINE_SECONDS = 60;
    private static final int DESCRIBED_CHARACTERS = 1_500;

    Rpc {
        requests = List.copyOf(requests);
        metadata = Map.copyOf(metadata);
    }

    @SuppressWarnings("unchecked") // every marshaller of ours is one of protobuf messages
    static Rpc of(MethodDescriptor<?, ?> method, Message... requests) {
        return new Rpc((MethodDescriptor<Message, Message>) method, List.of(requests), Map.of());
    }

    Rpc withMetadata(String key, String value) {
        return new Rpc(method, requests, Map.of(key, value));
    }

    /** The first request; a stream may have none. */
    Message request() {
        return requests.isEmpty() ? Empty.getDefaultInstance() : requests.get(0);
    }

    /** Makes the call, without any retry. Completes when the server has closed it, never exceptionally. */
    CompletableFuture<Answer> on(Channel channel) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        CallOptions options = CallOptions.DEFAULT
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .withWaitForReady();
        ClientCall<Message, Message> call = channel.newCall(method, options);
        Metadata headers = new Metadata();
        metadata.forEach((key, value) -> headers.put(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER), value));
        call.start(
                new ClientCall.Listener<>() {
                    private final List<Message> messages = new ArrayList<>();

                    @Override
                    public void onMessage(Message message) {
                        messages.add(message);
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        answer.complete(Answer.of(messages, status));
                    }
                },
                headers);
        call.request(Integer.MAX_VALUE);
        try {
            requests.forEach(call::sendMessage);
            call.halfClose();
        } catch (IllegalStateException closedMeanwhile) {
            // The server has answered before it had read everything; onClose tells.
        }
        return answer;
    }

    @Override
    public String toString() {
        String text = requests.stream()
                .map(request -> "{"
                        + TextFormat.printer()
                                .emittingSingleLine(true)
                                .printToString(request)
                                .strip() + "}")
                .collect(Collectors.joining(" "));
        return method.getBareMethodName() + " " + abbreviate(text) + (metadata.isEmpty() ? "" : " " + metadata);
    }

    static String abbreviate(String text) {
        return text.length() <= DESCRIBED_CHARACTERS
                ? text
                : "%s… (%d characters)".formatted(text.substring(0, DESCRIBED_CHARACTERS), text.length());
    }
}
