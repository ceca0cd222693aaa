/** Ordered buckets of bytes with atomic batches, on RocksDB or on the heap; knows nothing of keys and revisions. */
@NullMarked
package io.metastore.storage.engine;

import org.jspecify.annotations.NullMarked;
