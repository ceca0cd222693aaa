/** What an operation costs as there is more of everything: keys, bytes, connections, watchers, leases, revisions. */
@NullMarked
package io.metastore.bench.scale;

import org.jspecify.annotations.NullMarked;
