/** Watchers: who is told of which change, live from the apply thread or later from history. */
@NullMarked
package io.metastore.storage.watch;

import org.jspecify.annotations.NullMarked;
