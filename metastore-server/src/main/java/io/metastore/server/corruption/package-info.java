/** Compares what members hold, and accuses who differs. */
@NullMarked
package io.metastore.server.corruption;

import org.jspecify.annotations.NullMarked;
