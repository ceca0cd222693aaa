package io.metastore.server.grpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.metastore.api.EtcdError;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * A request as it came in: its message, or why it is none. A marshaller that throws would end the call with nothing that a
 * client could understand.
 *
 * @param message null if it is refused
 * @param refusal null if it is not
 * @param bytes its size on the wire
 */
record Request<Q extends MessageLite>(
        @Nullable Q message, @Nullable Status refusal, int bytes) {
    /** A transaction within nothing but the limits of operations nests this deep in messages; Java's stack allows it. */
    private static final int MAX_MESSAGE_DEPTH = 300;

    private static final String TOO_DEEP = "too many levels of nesting";

    /** Reads the requests of a method. Byte fields share the request's array. */
    static <Q extends MessageLite> MethodDescriptor.Marshaller<Request<Q>> marshaller(Q prototype) {
        @SuppressWarnings("unchecked") // a message's parser makes messages of its kind
        Parser<Q> parser = (Parser<Q>) prototype.getParserForType();
        return new MethodDescriptor.Marshaller<>() {
            @Override
            public InputStream stream(Request<Q> request) {
                throw new UnsupportedOperationException("requests are only read");
            }

            @Override
            public Request<Q> parse(InputStream stream) {
                try {
                    return parsed(parser, bytesOf(stream));
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            }
        };
    }

    /** {@link InputStream#readAllBytes} would make a buffer of 16 KiB for each request. */
    private static byte[] bytesOf(InputStream stream) throws IOException {
        if (!(stream instanceof KnownLength)) {
            return stream.readAllBytes();
        }
        byte[] bytes = new byte[stream.available()];
        int read = stream.readNBytes(bytes, 0, bytes.length);
        if (read < bytes.length) {
            throw new EOFException("a message of %d bytes ends after %d".formatted(bytes.length, read));
        }
        return bytes;
    }

    private static <Q extends MessageLite> Request<Q> parsed(Parser<Q> parser, byte[] bytes) {
        CodedInputStream input = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
        input.enableAliasing(true);
        input.setRecursionLimit(MAX_MESSAGE_DEPTH);
        try {
            Q message = parser.parseFrom(input);
            input.checkLastTagWas(0);
            return new Request<>(message, null, bytes.length);
        } catch (InvalidProtocolBufferException malformed) {
            return new Request<>(null, refusalOf(malformed), bytes.length);
        }
    }

    /** What nests deeper than any allowed transaction has too many operations, whatever its limit. */
    private static Status refusalOf(InvalidProtocolBufferException malformed) {
        String why = String.valueOf(malformed.getMessage());
        return why.contains(TOO_DEEP)
                ? EtcdError.TOO_MANY_OPS.status()
                : Status.INTERNAL.withDescription("grpc: error unmarshalling request: " + why);
    }
}
