/** What the machine and its processes did between two moments, read from {@code /proc}. */
@NullMarked
package io.metastore.bench.measure;

import org.jspecify.annotations.NullMarked;
