package io.metastore.server.auth;

import io.metastore.api.EtcdError;
import io.metastore.storage.auth.AuthState;
import io.metastore.storage.auth.Caller;
import org.jspecify.annotations.Nullable;

/** For a member that is not to know anybody by a token, only by certificates (etcd: server/auth/nop.go). */
public final class NoTokens implements Tokens {
    @Override
    public @Nullable Caller callerOf(String token, AuthState auth) {
        return null;
    }

    @Override
    public boolean needAgreement() {
        return false;
    }

    @Override
    public String issue(String user, long authRevision) {
        throw EtcdError.AUTH_FAILED.exception();
    }
}
