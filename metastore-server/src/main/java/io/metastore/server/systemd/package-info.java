@NullMarked
package io.metastore.server.systemd;

import org.jspecify.annotations.NullMarked;
