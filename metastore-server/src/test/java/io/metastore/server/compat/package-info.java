/** Compatibility: the same requests, commands and programs against a real etcd and against us. */
@NullMarked
package io.metastore.server.compat;

import org.jspecify.annotations.NullMarked;
