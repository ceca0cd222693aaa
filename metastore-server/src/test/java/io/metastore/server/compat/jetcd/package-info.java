/** jetcd, the Java client of etcd, as its users use it. */
@NullMarked
package io.metastore.server.compat.jetcd;

import org.jspecify.annotations.NullMarked;
