/** Real etcd and MetaStore on one machine, measured in turn. */
@NullMarked
package io.metastore.bench.compare;

import org.jspecify.annotations.NullMarked;
