package io.metastore.raft;

import com.alipay.sofa.jraft.rpc.RpcRequests;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** The calls that members make: request and answer, by name. */
final class PeerMethods {

    /** A part of a file of a snapshot. */
    static final String GET_FILE = "GetFile";

    private static final int CRC_BYTES = Integer.BYTES;

    /** @param sealed whether answers end with a checksum: they carry what goes to the disk as it came */
    record Method(String name, Parser<? extends Message> request, Message response, boolean sealed) {

        Message parseRequest(byte[] body) throws InvalidProtocolBufferException {
            return request.parseFrom(body);
        }

        /**
         * An answer that is an error lacks what an answer must have.
         *
         * @throws InvalidProtocolBufferException also where the checksum of a sealed answer is wrong
         */
        Message parseResponse(byte[] body) throws InvalidProtocolBufferException {
            return response.getParserForType().parsePartialFrom(body, 0, sealed ? unsealed(body) : body.length);
        }

        /** What goes to the caller. */
        byte[] bytesOf(Message answer) {
            Message whole = answerOf(answer);
            int length = whole.getSerializedSize();
            byte[] bytes = new byte[length + (sealed ? CRC_BYTES : 0)];
            try {
                whole.writeTo(CodedOutputStream.newInstance(bytes, 0, length));
            } catch (IOException e) {
                throw new UncheckedIOException(e); // an array of the right size
            }
            if (sealed) {
                ByteBuffer.wrap(bytes).putInt(length, crc(bytes, length));
            }
            return bytes;
        }

        private static int unsealed(byte[] body) throws InvalidProtocolBufferException {
            int length = body.length - CRC_BYTES;
            if (length < 0 || ByteBuffer.wrap(body).getInt(length) != crc(body, length)) {
                throw new InvalidProtocolBufferException("the checksum of what another member sent is wrong");
            }
            return length;
        }

        private static int crc(byte[] bytes, int length) {
            CRC32C crc = new CRC32C();
            crc.update(bytes, 0, length);
            return (int) crc.getValue();
        }

        /** jraft says by the class of an answer that it is an error; bytes have no class, so it goes into the field for it. */
        private Message answerOf(Message answer) {
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
            sealed(method(
                    GET_FILE,
                    RpcRequests.GetFileRequest.getDefaultInstance(),
                    RpcRequests.GetFileResponse.getDefaultInstance())),
            RpcRequests.PingRequest.class,
            method(
                    "Ping",
                    RpcRequests.PingRequest.getDefaultInstance(),
                    RpcRequests.ErrorResponse.getDefaultInstance()));

    private PeerMethods() {}

    private static Method method(String name, Message request, Message response) {
        return new Method(name, request.getParserForType(), response, false);
    }

    private static Method sealed(Method method) {
        return new Method(method.name(), method.request(), method.response(), true);
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
