/** Who serves a connection, by what it begins with: TLS or not, gRPC or not. On client ports and on peer ports. */
@NullMarked
package io.metastore.server.door;

import org.jspecify.annotations.NullMarked;
