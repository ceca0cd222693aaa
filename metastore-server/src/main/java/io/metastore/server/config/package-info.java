@NullMarked
package io.metastore.server.config;

import org.jspecify.annotations.NullMarked;
