/** Servers that are started here, each in a directory of its own, and what there is to say about the machine they run on. */
@NullMarked
package io.metastore.bench.arena;

import org.jspecify.annotations.NullMarked;
