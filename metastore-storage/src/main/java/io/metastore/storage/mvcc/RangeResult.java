package io.metastore.storage.mvcc;

/**
 * An answer to a {@link RangeQuery}: the store's revision at that time for the header, and the fields after the header.
 * {@code count} and {@code more} are in the body too.
 */
public record RangeResult(long revision, ResponseBody body, int kvs, long count, boolean more) {}
