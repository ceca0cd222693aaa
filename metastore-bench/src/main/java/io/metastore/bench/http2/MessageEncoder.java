package io.metastore.bench.http2;

/** Writes one protobuf message at the end of the sink. */
@FunctionalInterface
public interface MessageEncoder {
    void encode(ByteSink out);
}
