package io.metastore.server.grpc;

import io.grpc.Attributes;
import io.metastore.api.EtcdError;
import io.metastore.server.auth.Tokens;
import io.metastore.server.door.GrpcNegotiation;
import io.metastore.storage.auth.AuthState;
import io.metastore.storage.auth.AuthStore;
import io.metastore.storage.auth.Caller;
import io.metastore.storage.state.Command;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who calls, and whether he may: asked by everything that is served. Any thread; nothing here waits.
 *
 * <p>While auth is off nobody is asked who he is, and whatever token he sends is not looked at.
 */
public final class Access {
    private final AuthStore store;
    private final Tokens tokens;
    private final Function<Attributes, @Nullable String> commonName;

    /**
     * @param commonName the name in the certificate that a connection was verified by, null if there is none
     */
    public Access(AuthStore store, Tokens tokens, Function<Attributes, @Nullable String> commonName) {
        this.store = store;
        this.tokens = tokens;
        this.commonName = commonName;
    }

    /** The name that users of {@code --client-cert-auth} are known by. */
    public static @Nullable String commonName(Attributes connection) {
        return connection.get(GrpcNegotiation.COMMON_NAME);
    }

    /** One volatile read: all that a call costs while auth is off. */
    AuthState state() {
        return store.state();
    }

    /**
     * Whose credentials they are: a token counts before a certificate; without either, nobody's.
     *
     * @throws io.metastore.api.EtcdException INVALID_AUTH_TOKEN
     */
    Caller callerOf(Credentials credentials, AuthState auth) {
        String token = credentials.token();
        if (token != null) {
            Caller caller = tokens.callerOf(token, auth);
            if (caller == null) {
                throw EtcdError.INVALID_AUTH_TOKEN.exception();
            }
            return caller;
        }
        String name = commonName.apply(credentials.connection());
        return name == null ? Caller.NOBODY : new Caller(name, auth.revision());
    }

    /** Of the call that the current thread has just taken in; not looked for while auth is off. */
    Credentials credentials() {
        return store.state().enabled() ? Credentials.current() : Credentials.NONE;
    }

    /** As of now; nobody while auth is off. */
    Caller callerOf(Credentials credentials) {
        AuthState auth = store.state();
        return auth.enabled() ? callerOf(credentials, auth) : Caller.NOBODY;
    }

    /** A read that began when the caller was known may have seen what was made his, or was taken from him, meanwhile. */
    void requireUnchangedSince(@Nullable Caller caller) {
        if (caller != null
                && caller.revision() != 0
                && caller.revision() != store.state().revision()) {
            throw EtcdError.AUTH_OLD_REVISION.exception();
        }
    }

    /** The same where no caller is at hand, but the state he was checked against. */
    void requireUnchangedSince(AuthState auth) {
        AuthState now = store.state();
        if (now.enabled() && now.revision() != auth.revision()) {
            throw EtcdError.AUTH_OLD_REVISION.exception();
        }
    }

    void requireAdmin(Credentials credentials) {
        AuthState auth = store.state();
        if (auth.enabled()) {
            require(auth.refusalToAdminister(callerOf(credentials, auth)));
        }
    }

    /** As for calls through the gateway: certificates do not count there. */
    public void requireAdminByHeader(@Nullable String authorization) {
        requireAdmin(Credentials.ofAuthorization(authorization));
    }

    void requireUser(Credentials credentials) {
        AuthState auth = store.state();
        if (auth.enabled()) {
            require(auth.refusalToAnonymous(callerOf(credentials, auth)));
        }
    }

    static void require(@Nullable EtcdError refusal) {
        if (refusal != null) {
            throw refusal.exception();
        }
    }

    /** The command with who asks for it, so that he is checked again when it is applied. */
    Command asked(Credentials credentials, Command command) {
        AuthState auth = store.state();
        return auth.enabled() ? new Command.Asked(callerOf(credentials, auth), command) : command;
    }
}
