/** The raft log on disk: append-only segments of a fixed size, which refuse to open when damaged. Knows bytes only. */
@NullMarked
package io.metastore.raft.log;

import org.jspecify.annotations.NullMarked;
