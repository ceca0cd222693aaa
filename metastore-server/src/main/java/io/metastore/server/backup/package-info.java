/** Snapshots as files: what is in one, and a member's directory made of one. Works without a running member. */
@NullMarked
package io.metastore.server.backup;

import org.jspecify.annotations.NullMarked;
