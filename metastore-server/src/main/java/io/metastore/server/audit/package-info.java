/** The audit log: who asked this member for what. Nothing here makes a request wait. */
@NullMarked
package io.metastore.server.audit;

import org.jspecify.annotations.NullMarked;
