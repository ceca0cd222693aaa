/**
 * The differential run: one seeded stream of requests goes to two servers in lock-step, beside concurrent watches, and
 * whatever the two say is compared.
 *
 * <p>{@link io.metastore.server.compat.differential.Generator} chooses the next
 * {@link io.metastore.server.compat.differential.Step} from the seed and from what the answers taught so far
 * ({@link io.metastore.server.compat.differential.Knowledge});
 * {@link io.metastore.server.compat.differential.LockStep} takes it on both
 * {@link io.metastore.server.compat.differential.Side}s;
 * {@link io.metastore.server.compat.differential.KnownDifference} lists all that may differ, with the reason.
 */
@NullMarked
package io.metastore.server.compat.differential;

import org.jspecify.annotations.NullMarked;
