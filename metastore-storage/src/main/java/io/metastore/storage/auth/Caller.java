package io.metastore.storage.auth;

/**
 * Who asks for something, and how old that knowledge is.
 *
 * @param revision auth revision at which the user was found to be the one who asks; 0 for nobody
 */
public record Caller(String user, long revision) {
    /** Without credentials. */
    public static final Caller NOBODY = new Caller("", 0);

    public boolean isNobody() {
        return user.isEmpty();
    }
}
