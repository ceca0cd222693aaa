/** TLS for clients: certificates from files that may change, and what a client's certificate has to be. */
@NullMarked
package io.metastore.server.tls;

import org.jspecify.annotations.NullMarked;
