/** Which keys and clients are busiest, from a sample of the requests. */
@NullMarked
package io.metastore.server.traffic;

import org.jspecify.annotations.NullMarked;
