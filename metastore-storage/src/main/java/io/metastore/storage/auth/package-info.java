/** Users, roles and permissions: replicated, in the {@code auth} family, and what they allow. Checks no password. */
@NullMarked
package io.metastore.storage.auth;

import org.jspecify.annotations.NullMarked;
