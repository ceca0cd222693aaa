@NullMarked
package io.metastore.server.grpc;

import org.jspecify.annotations.NullMarked;
