/**
 * bbolt's file format, in which etcd keeps its data and its snapshots: a writer that streams a file from sorted entries, and a
 * reader that trusts nothing. Knows nothing of what the buckets hold.
 */
@NullMarked
package io.metastore.storage.bolt;

import org.jspecify.annotations.NullMarked;
