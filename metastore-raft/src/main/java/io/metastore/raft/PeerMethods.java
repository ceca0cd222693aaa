package io.metastore.raft;

import com.alipay.sofa.jraft.rpc.RpcRequests;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The calls that members make: request and answer, by name. */
final class PeerMethods {

    record Method(String name, Parser<? extends Message> request, Message response) {

        Message parseRequest(byte[] body) throws InvalidProtocolBufferException {
            return request.parseFrom(body);
        }

        /** An answer that is an error lacks what an answer must have. */
        Message parseResponse(byte[] body) throws InvalidProtocolBufferException {
            return response.getParserForType().parsePartialFrom(body);
        }

        /** jraft says by the class of an answer that it is an error; bytes have no class, so it goes into the field for it. */
        Message answerOf(Message answer) {
            if (!(answer instanceof RpcRequests.ErrorResponse) || response instanceof RpcRequests.ErrorResponse) {
                return answer;
            }
            return response.newBuilderForType()
                    .setField(response.getDescriptorForType().findFieldByName("errorResponse"), answer)
                    .buildPartial();
        }
    }

    private static final Map<Class<? extends Message>, Method> BY_REQUEST = Map.of(
            RpcRequests.AppendEntriesRequest.class,
            method(
                    "AppendEntries",
                    RpcRequests.AppendEntriesRequest.getDefaultInstance(),
                    RpcRequests.AppendEntriesResponse.getDefaultInstance()),
            RpcRequests.RequestVoteRequest.class,
            method(
                    "RequestVote",
                    RpcRequests.RequestVoteRequest.getDefaultInstance(),
                    RpcRequests.RequestVoteResponse.getDefaultInstance()),
            RpcRequests.ReadIndexRequest.class,
            method(
                    "ReadIndex",
                    RpcRequests.ReadIndexRequest.getDefaultInstance(),
                    RpcRequests.ReadIndexResponse.getDefaultInstance()),
            RpcRequests.TimeoutNowRequest.class,
            method(
                    "TimeoutNow",
                    RpcRequests.TimeoutNowRequest.getDefaultInstance(),
                    RpcRequests.TimeoutNowResponse.getDefaultInstance()),
            RpcRequests.InstallSnapshotRequest.class,
            method(
                    "InstallSnapshot",
                    RpcRequests.InstallSnapshotRequest.getDefaultInstance(),
                    RpcRequests.InstallSnapshotResponse.getDefaultInstance()),
            RpcRequests.GetFileRequest.class,
            method(
                    "GetFile",
                    RpcRequests.GetFileRequest.getDefaultInstance(),
                    RpcRequests.GetFileResponse.getDefaultInstance()),
            RpcRequests.PingRequest.class,
            method(
                    "Ping",
                    RpcRequests.PingRequest.getDefaultInstance(),
                    RpcRequests.ErrorResponse.getDefaultInstance()));

    private PeerMethods() {}

    private static Method method(String name, Message request, Message response) {
        return new Method(name, request.getParserForType(), response);
    }

    static Method of(Object request) {
        Method method = BY_REQUEST.get(request.getClass());
        if (method == null) {
            throw new IllegalArgumentException("members do not call each other with " + request.getClass());
        }
        return method;
    }

    static @Nullable Method named(String name) {
        for (Method method : BY_REQUEST.values()) {
            if (method.name().equals(name)) {
                return method;
            }
        }
        return null;
    }
}
