/** Measures MetaStore, and real etcd beside it. */
@NullMarked
package io.metastore.bench;

import org.jspecify.annotations.NullMarked;
