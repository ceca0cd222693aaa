/**
 * Tests that run the packaged server as a process of its own and are unkind to it: kills, power cuts, damaged files. Also
 * the fixtures for that, which {@code compat} shares.
 */
@NullMarked
package io.metastore.server.process;

import org.jspecify.annotations.NullMarked;
