package io.metastore.bench.load;

import io.metastore.bench.http2.Http2Connection;

/** A kind of load: makes what keeps one call in flight, as often as is asked for. */
interface Workload {
    LoadSlot newSlot(ClosedLoop loop, Http2Connection connection);
}
