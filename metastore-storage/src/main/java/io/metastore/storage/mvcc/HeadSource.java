package io.metastore.storage.mvcc;

import org.jspecify.annotations.Nullable;

/** The live versions of keys at one revision, however it finds them. */
interface HeadSource {

    /** The version alive, null if none is; its bytes may be missing. */
    @Nullable
    Head head(Key key);

    /** All that are alive in the range, in key order or against it. */
    Heads heads(KeyRange range, boolean reverse);

    /** How many are alive in the range. */
    long count(KeyRange range);

    /** A walk over live versions. */
    interface Heads extends AutoCloseable {
        /** The next one with its bytes, null at the end. */
        @Nullable
        Head next();

        @Override
        void close();
    }
}
