package io.metastore.storage.auth;

/**
 * Told of what changes for those who have logged in. On the apply thread; must not block or throw. Of tokens, as soon as
 * the change is applied; of a new state, once others can see it.
 */
public interface AuthListener {
    /**
     * Somebody has logged in.
     *
     * @param token the part of the token that was agreed on
     * @param index of the log entry, which every member applies it at
     */
    default void loggedIn(String user, String token, long index) {}

    /** Who was logged in as this user is no longer. */
    default void loggedOut(String user) {}

    default void allLoggedOut() {}

    default void published(AuthState state) {}
}
