@NullMarked
package io.metastore.server;

import org.jspecify.annotations.NullMarked;
