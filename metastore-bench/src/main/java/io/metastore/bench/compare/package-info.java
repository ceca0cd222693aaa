/** Servers that are started here: real etcd and MetaStore, measured in turn, and MetaStore under every workload. */
@NullMarked
package io.metastore.bench.compare;

import org.jspecify.annotations.NullMarked;
