/** Who took long: commands, reads and calls over the operator's thresholds, told in the log as etcd tells it. */
@NullMarked
package io.metastore.server.slow;

import org.jspecify.annotations.NullMarked;
