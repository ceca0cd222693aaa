package io.metastore.server.auth;

import io.metastore.storage.auth.AuthListener;
import io.metastore.storage.auth.AuthState;
import io.metastore.storage.auth.Caller;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that mean something because members remember them: random letters, a dot, and the index of the log entry that
 * told all members of it. Each member forgets one that was not used there for a while, and all of them when it stops (etcd:
 * server/auth/simple_token.go).
 */
public final class SimpleTokens implements Tokens, AuthListener {
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final int RANDOM_LETTERS = 16;
    /** A token in use is written to no more often than this. */
    private static final long RESOLUTION_NANOS = Duration.ofSeconds(1).toNanos();

    private final long ttlNanos;
    private final LongSupplier nanoTime;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Login> logins = new ConcurrentHashMap<>();

    private static final class Login {
        private final String user;
        private volatile long endsNanos;
        private volatile Caller caller;

        Login(String user, long endsNanos) {
            this.user = user;
            this.endsNanos = endsNanos;
            this.caller = new Caller(user, 0);
        }

        Caller caller(long authRevision) {
            Caller last = caller;
            if (last.revision() != authRevision) {
                last = new Caller(user, authRevision);
                caller = last;
            }
            return last;
        }
    }

    public SimpleTokens(Duration ttl, LongSupplier nanoTime) {
        this.ttlNanos = ttl.toNanos();
        this.nanoTime = nanoTime;
    }

    /** Using a token keeps it. What its user may do is checked as of now: such a token is never old. */
    @Override
    public @Nullable Caller callerOf(String token, AuthState auth) {
        Login login = logins.get(token);
        if (login == null) {
            return null;
        }
        long now = nanoTime.getAsLong();
        if (login.endsNanos - now < 0) {
            return null;
        }
        if (now + ttlNanos - login.endsNanos > RESOLUTION_NANOS) {
            login.endsNanos = now + ttlNanos;
        }
        return login.caller(auth.revision());
    }

    @Override
    public boolean needAgreement() {
        return true;
    }

    @Override
    public String issue(String user, long authRevision) {
        StringBuilder letters = new StringBuilder(RANDOM_LETTERS);
        for (int i = 0; i < RANDOM_LETTERS; i++) {
            letters.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return letters.toString();
    }

    @Override
    public void loggedIn(String user, String token, long index) {
        logins.put(token + "." + Long.toUnsignedString(index), new Login(user, nanoTime.getAsLong() + ttlNanos));
    }

    @Override
    public void loggedOut(String user) {
        logins.values().removeIf(login -> login.user.equals(user));
    }

    @Override
    public void allLoggedOut() {
        logins.clear();
    }

    /** To be called from time to time: frees what has ended. */
    public void expire() {
        long now = nanoTime.getAsLong();
        logins.values().removeIf(login -> login.endsNanos - now < 0);
    }

    int size() {
        return logins.size();
    }
}
