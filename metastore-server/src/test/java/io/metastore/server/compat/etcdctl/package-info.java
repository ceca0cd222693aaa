/** The real etcdctl, used against a real etcd and against us: it must print the same. */
@NullMarked
package io.metastore.server.compat.etcdctl;

import org.jspecify.annotations.NullMarked;
