package io.metastore.bench.compare;

import io.metastore.bench.arena.Contender;
import io.metastore.bench.arena.ServerProcess;
import io.metastore.bench.load.AuthTokens;
import io.metastore.bench.load.Loads;
import java.util.Map;

/** One of the two that are measured in turn: how its servers are started, and what is done to them then. */
interface Side {
    /** What it is called at the head of its columns. */
    String name();

    Contender contender();

    /** Called once, before any other load, when its servers have started. Returns what its clients are to show. */
    default AuthTokens prepare(Loads loads) {
        return AuthTokens.NONE;
    }

    /** What a server says of itself after a load. */
    default Map<String, Object> remarks(ServerProcess server) {
        return Map.of();
    }

    /** A server as it is. */
    record Plain(String name, Contender contender) implements Side {}
}
