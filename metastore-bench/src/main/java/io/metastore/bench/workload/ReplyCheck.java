package io.metastore.bench.workload;

import org.jspecify.annotations.Nullable;

/** Looks at a reply. Event loop only; the bytes are only good during the call. */
@FunctionalInterface
interface ReplyCheck {
    /** The reply is not even kept: however long it is, it costs the client no memory. */
    ReplyCheck NONE = (bytes, offset, length) -> null;

    /** What is wrong with it; null if nothing is. */
    @Nullable
    String problem(byte[] bytes, int offset, int length);
}
