/**
 * What clients saw, and whether it can be true: recorded calls and watches, the event log that they must fit, and the
 * checkers that compare the three. The checkers know no server; their own tests feed them histories that are broken on
 * purpose.
 */
@NullMarked
package io.metastore.server.process.history;

import org.jspecify.annotations.NullMarked;
