/** Just enough of gRPC over HTTP/2 to load a server at a microsecond of client CPU per call. */
@NullMarked
package io.metastore.bench.http2;

import org.jspecify.annotations.NullMarked;
