/** Just enough of HTTP/1.1 to load the JSON gateway. */
@NullMarked
package io.metastore.bench.http1;

import org.jspecify.annotations.NullMarked;
