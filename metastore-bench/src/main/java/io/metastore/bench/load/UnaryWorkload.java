package io.metastore.bench.load;

import io.metastore.bench.http2.Http2Connection;

/** A load of unary calls. */
interface UnaryWorkload extends Workload {
    Call newCall();

    @Override
    default LoadSlot newSlot(ClosedLoop loop, Http2Connection connection) {
        return new Slot(loop, connection, newCall());
    }
}
