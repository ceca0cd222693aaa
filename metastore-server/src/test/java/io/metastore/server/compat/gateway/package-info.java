/** The JSON gateway compared with etcd's. */
@NullMarked
package io.metastore.server.compat.gateway;

import org.jspecify.annotations.NullMarked;
