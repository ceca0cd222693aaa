/** The revisioned key space: every change kept in order, read at any revision that is not compacted. */
@NullMarked
package io.metastore.storage.mvcc;

import org.jspecify.annotations.NullMarked;
