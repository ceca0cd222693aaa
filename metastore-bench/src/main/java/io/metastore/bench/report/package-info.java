/** The performance report: measured on MetaStore and, where there is one, on real etcd in alternation; then written from what was recorded. */
@NullMarked
package io.metastore.bench.report;

import org.jspecify.annotations.NullMarked;
