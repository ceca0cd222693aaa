/** What is counted and timed, and how it is shown: etcd's names where etcd has one, {@code metastore_} for our own. */
@NullMarked
package io.metastore.server.metrics;

import org.jspecify.annotations.NullMarked;
