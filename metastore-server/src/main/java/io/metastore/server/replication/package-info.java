@NullMarked
package io.metastore.server.replication;

import org.jspecify.annotations.NullMarked;
