/** Six whole workloads, W1 to W6, against any etcd v3 endpoint: as MetaStore in Go was measured, with what was wrong mended. */
@NullMarked
package io.metastore.bench.workload;

import org.jspecify.annotations.NullMarked;
