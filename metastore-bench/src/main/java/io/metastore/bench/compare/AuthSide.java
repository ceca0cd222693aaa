package io.metastore.bench.compare;

import io.metastore.bench.arena.Contender;
import io.metastore.bench.load.AuthTokens;
import io.metastore.bench.load.Loads;
import java.time.Duration;

/** A server with auth on, loaded by a user who may read and write the keys of the load only. */
record AuthSide(String name, Contender contender) implements Side {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    /** So long that no token ends while its server is stopped and the other one measured. */
    private static final Duration TOKEN_TTL = Duration.ofDays(1);

    static AuthSide of(String name, Contender contender) {
        return new AuthSide(name, contender.with("--auth-token-ttl=" + TOKEN_TTL.toSeconds()));
    }

    @Override
    public AuthTokens prepare(Loads loads) {
        return loads.enableAuth(LIMIT);
    }
}
