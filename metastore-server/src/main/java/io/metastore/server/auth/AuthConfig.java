package io.metastore.server.auth;

import java.time.Duration;

/**
 * How passwords and tokens are made, as the operator says it.
 *
 * @param token kind of token and its options, such as {@code simple} or {@code jwt,sign-method=RS256,pub-key=…}
 * @param tokenTtl how long a simple token lives that is not used
 * @param bcryptCost two to the power of it are the rounds that a password is hashed with
 */
public record AuthConfig(String token, Duration tokenTtl, int bcryptCost) {}
