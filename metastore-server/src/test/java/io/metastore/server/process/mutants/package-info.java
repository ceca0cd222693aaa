/**
 * Members with a defect. An agent, given to the packaged server's JVM, changes one method of it as its class is loaded; what the
 * change is, and that it took effect, is known by name. So it can be seen that a test with real members finds what is wrong.
 */
@NullMarked
package io.metastore.server.process.mutants;

import org.jspecify.annotations.NullMarked;
