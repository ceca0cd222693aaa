package io.metastore.raft;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An agreed entry on its way into the state.
 *
 * @param data a view of its own, not to be changed
 * @param proposal where this member proposed it and still waits for it, else null
 */
public record CommittedEntry(
        long index, long term, ByteBuffer data, @Nullable Proposal proposal) {}
