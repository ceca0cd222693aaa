@NullMarked
package io.metastore.server.http;

import org.jspecify.annotations.NullMarked;
