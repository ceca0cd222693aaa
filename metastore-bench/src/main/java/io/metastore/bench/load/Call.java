package io.metastore.bench.load;

import io.metastore.bench.http2.MessageEncoder;
import org.jspecify.annotations.Nullable;

/** The unary calls that one slot makes, one after another: {@link #next}, encode, then the reply. Event loop only. */
interface Call extends MessageEncoder {
    String path();

    /** Chooses what the next request is about; false when there is nothing left to do. */
    boolean next();

    /** How many operations the call counts as. */
    default int operations() {
        return 1;
    }

    /** A shorter reply is an error. */
    default long leastReplyBytes() {
        return 1;
    }

    /** True: the reply is wanted whole, by {@link #check}. */
    default boolean keepsReply() {
        return false;
    }

    /** What is wrong with the reply; null if nothing is. */
    default @Nullable String check(byte[] bytes, int offset, int length) {
        return null;
    }
}
