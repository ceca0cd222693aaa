/** Leases: what the log says of them, and which of them ends next. */
@NullMarked
package io.metastore.storage.lease;

import org.jspecify.annotations.NullMarked;
