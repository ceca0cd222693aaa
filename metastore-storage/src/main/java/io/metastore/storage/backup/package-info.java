/** The state in the form of etcd's own: what a snapshot for etcd's tools holds, and back. */
@NullMarked
package io.metastore.storage.backup;

import org.jspecify.annotations.NullMarked;
