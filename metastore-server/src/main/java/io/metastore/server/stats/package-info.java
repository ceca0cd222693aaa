/** What an operator may ask a running member about its keys and clients, over HTTP and as a command. */
@NullMarked
package io.metastore.server.stats;

import org.jspecify.annotations.NullMarked;
