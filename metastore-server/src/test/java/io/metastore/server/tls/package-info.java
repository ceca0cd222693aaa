/** Ports with TLS, as clients of every kind find them. */
@NullMarked
package io.metastore.server.tls;

import org.jspecify.annotations.NullMarked;
