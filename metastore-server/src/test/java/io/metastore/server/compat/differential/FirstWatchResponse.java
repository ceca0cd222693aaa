package io.metastore.server.compat.differential;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchGrpc;
import io.metastore.api.rpc.WatchRequest;
import io.metastore.api.rpc.WatchResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What a server says to the creation of a watch; the watch is not kept. */
final class FirstWatchResponse extends ClientCall.Listener<WatchResponse> {
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();

    private FirstWatchResponse() {}

    /** An empty token is none. */
    static Answer of(Channel channel, WatchCreateRequest request, String token) {
        FirstWatchResponse response = new FirstWatchResponse();
        ClientCall<WatchRequest, WatchResponse> call = channel.newCall(
                WatchGrpc.getWatchMethod(), CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS));
        Metadata headers = new Metadata();
        if (!token.isEmpty()) {
            headers.put(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER), token);
        }
        call.start(response, headers);
        call.request(1);
        call.sendMessage(WatchRequest.newBuilder().setCreateRequest(request).build());
        Answer answer = response.answer.join();
        call.cancel("seen", null);
        return answer;
    }

    @Override
    public void onMessage(WatchResponse message) {
        answer.complete(Answer.of(List.of(message), Status.OK));
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        answer.complete(Answer.of(List.<Message>of(), status));
    }
}
