/** Closed-loop loads against any etcd v3 endpoint: one event loop, a fixed number of calls in flight. */
@NullMarked
package io.metastore.bench.load;

import org.jspecify.annotations.NullMarked;
