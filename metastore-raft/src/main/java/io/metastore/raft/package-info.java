/**
 * Agreement on an order of entries: SOFAJRaft behind a few small types. Knows nothing of keys.
 *
 * <p>{@link io.metastore.raft.RaftNode} is what others hold.
 */
@NullMarked
package io.metastore.raft;

import org.jspecify.annotations.NullMarked;
