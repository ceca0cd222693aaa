/** Lease time on the leader: who is renewed, and who has come to an end. */
@NullMarked
package io.metastore.server.lease;

import org.jspecify.annotations.NullMarked;
