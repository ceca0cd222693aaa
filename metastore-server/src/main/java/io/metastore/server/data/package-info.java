/** What a member keeps on its disk besides state and log, and how much room is left there. */
@NullMarked
package io.metastore.server.data;

import org.jspecify.annotations.NullMarked;
