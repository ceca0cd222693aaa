package io.metastore.bench.load;

import io.metastore.bench.http2.ByteSink;
import io.metastore.bench.http2.MessageEncoder;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

/** Makes users and a role on a server that has none, enables auth there, and lets both users in. */
final class AuthSetup {
    private static final String SERVICE = "/etcdserverpb.Auth/";
    private static final String ROOT = "root";
    private static final String USER = "bench";
    private static final String PASSWORD = "benchmark";
    /** As authpb.Permission numbers it. */
    private static final int READWRITE = 2;

    private static final int REPLY_TOKEN = 2;

    private final UnaryOperator<SingleCall> made;

    /** @param made makes the call, and fails if it fails */
    AuthSetup(UnaryOperator<SingleCall> made) {
        this.made = made;
    }

    AuthTokens run(KeySpace keys) {
        call("RoleAdd", texts(ROOT));
        call("UserAdd", texts(ROOT, PASSWORD));
        call("UserGrantRole", texts(ROOT, ROOT));
        call("RoleAdd", texts(USER));
        call("RoleGrantPermission", out -> {
            texts(USER).encode(out);
            ByteSink permission = new ByteSink(64);
            permission.varintField(1, READWRITE);
            keys.putWholeRange(permission, 2);
            out.bytesField(2, permission.toByteArray());
        });
        call("UserAdd", texts(USER, PASSWORD));
        call("UserGrantRole", texts(USER, USER));
        call("AuthEnable", texts());
        return new AuthTokens(token(USER), token(ROOT));
    }

    private String token(String user) {
        String token = call("Authenticate", texts(user, PASSWORD)).kept();
        if (token.isEmpty()) {
            throw new IllegalStateException("no token for " + user);
        }
        return token;
    }

    private SingleCall call(String method, MessageEncoder request) {
        return made.apply(new SingleCall(SERVICE + method, request, REPLY_TOKEN));
    }

    /** A message of these fields, numbered from 1. */
    private static MessageEncoder texts(String... fields) {
        return out -> {
            for (int i = 0; i < fields.length; i++) {
                out.bytesField(i + 1, fields[i].getBytes(StandardCharsets.UTF_8));
            }
        };
    }
}
