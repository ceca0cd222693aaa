/** Files that are written line by line for operators to read. */
@NullMarked
package io.metastore.server.files;

import org.jspecify.annotations.NullMarked;
