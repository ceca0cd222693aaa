package io.metastore.server.gateway;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Takes the answer to one call to its client: one body, or lines until the end. On the connection's event loop. */
interface AnswerSink {
    ByteBuf buffer(int bytes);

    /**
     * Sends an answer in one piece.
     *
     * @param fromService whether a service answered, not the gateway or gRPC
     * @param authenticate how the client may identify itself, where that is what it lacks
     */
    void whole(int httpStatus, ByteBuf json, boolean fromService, @Nullable String authenticate);

    /** Sends a line of a stream, newline included; the first decides about the status. */
    void line(int httpStatus, ByteBuf json, boolean fromService);

    /** The stream is over. */
    void end();

    /** Does the client take what is sent to it? If not, it will be told when it does again. */
    boolean isWritable();

    /** Reading from the client stops, or goes on. */
    void read(boolean on);
}
