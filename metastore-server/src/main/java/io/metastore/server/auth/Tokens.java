package io.metastore.server.auth;

import io.metastore.storage.auth.AuthState;
import io.metastore.storage.auth.Caller;
import org.jspecify.annotations.Nullable;

/** What a client shows instead of its password. Any thread; nothing here waits. */
public interface Tokens {
    /** Whose token it is; null if it is nobody's. */
    @Nullable
    Caller callerOf(String token, AuthState auth);

    /** True if a new token must be agreed on before it means anything. */
    boolean needAgreement();

    /**
     * A new token, or the part of it that is to be agreed on.
     *
     * @throws io.metastore.api.EtcdException if none can be made here
     */
    String issue(String user, long authRevision);
}
