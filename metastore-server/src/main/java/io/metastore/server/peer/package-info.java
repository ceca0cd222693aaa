/** The way between members: gRPC on the peer port. */
@NullMarked
package io.metastore.server.peer;

import org.jspecify.annotations.NullMarked;
