/** Microbenchmarks: single operations against a member in the same JVM, and against the store alone. */
@NullMarked
package io.metastore.bench.jmh;

import org.jspecify.annotations.NullMarked;
