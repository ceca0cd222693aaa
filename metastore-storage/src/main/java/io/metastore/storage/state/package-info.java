/** The replicated state as a whole: commands in, outcomes out, one engine write per batch. */
@NullMarked
package io.metastore.storage.state;

import org.jspecify.annotations.NullMarked;
