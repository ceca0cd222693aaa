@NullMarked
package io.metastore.server.compaction;

import org.jspecify.annotations.NullMarked;
