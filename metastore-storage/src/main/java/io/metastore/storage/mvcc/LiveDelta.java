package io.metastore.storage.mvcc;

/** A key that came to life (+1) or died (-1) at a revision. */
record LiveDelta(Key key, long revision, int sign) {}
