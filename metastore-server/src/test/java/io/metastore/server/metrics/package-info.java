/** Metrics as a scrape sees them. */
@NullMarked
package io.metastore.server.metrics;

import org.jspecify.annotations.NullMarked;
