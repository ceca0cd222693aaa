package io.metastore.bench.load;

/**
 * The simple tokens with which the users of a server come in; empty where nobody needs one.
 *
 * @param user who may read and write the key space of the loads, and nothing else
 * @param root who may do everything
 */
public record AuthTokens(String user, String root) {
    public static final AuthTokens NONE = new AuthTokens("", "");
}
