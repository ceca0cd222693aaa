package io.metastore.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/** Failures of calls as HTTP tells them: a status, and a body with code and message (grpc-gateway: runtime/errors.go). */
public final class HttpStatus {
    public static final int OK = 200;
    private static final String DEADLINE_EXCEEDED = "context deadline exceeded";

    private HttpStatus() {}

    public static int of(Status.Code code) {
        return switch (code) {
            case OK -> OK;
            case CANCELLED -> 499;
            case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> 400;
            case UNAUTHENTICATED -> 401;
            case PERMISSION_DENIED -> 403;
            case NOT_FOUND -> 404;
            case ALREADY_EXISTS, ABORTED -> 409;
            case RESOURCE_EXHAUSTED -> 429;
            case UNKNOWN, INTERNAL, DATA_LOSS -> 500;
            case UNIMPLEMENTED -> 501;
            case UNAVAILABLE -> 503;
            case DEADLINE_EXCEEDED -> 504;
        };
    }

    /** What failed, in the words of grpc-go where gRPC has words of its own. */
    static String messageOf(Status status) {
        String description = status.getDescription() == null ? "" : status.getDescription();
        boolean ofGrpc = status.getCode() == Status.Code.DEADLINE_EXCEEDED && !description.startsWith("etcdserver: ");
        return ofGrpc ? DEADLINE_EXCEEDED : description;
    }

    /** The failure as an object. */
    public static String json(Status status) {
        ByteBuf json = Unpooled.buffer();
        write(status, json, false);
        return json.toString(UTF_8);
    }

    /** Writes the failure as an object. */
    static void write(Status status, ByteBuf target, boolean inLine) {
        ByteBufUtil.writeAscii(target, "{\"code\":" + status.getCode().value());
        String message = messageOf(status);
        if (!message.isEmpty()) {
            ByteBufUtil.writeAscii(target, ",\"message\":");
            new MessageWriter(target, inLine).writeText(message);
        }
        target.writeByte('}');
    }
}
