package io.metastore.storage.mvcc;

import org.jspecify.annotations.Nullable;

/**
 * A part of a range at a pinned revision: the keys that are next in key order, sorted if a sort target was asked for.
 * {@code body} has only {@code kvs} fields (number 2), its size is the part's bytes. {@code next} is the first key not yet read, null at the end of the range.
 */
public record RangePage(
        ResponseBody body, int kvs, @Nullable Key next) {}
