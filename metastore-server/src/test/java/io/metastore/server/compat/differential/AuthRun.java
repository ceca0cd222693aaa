package io.metastore.server.compat.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.metastore.api.rpc.AuthDisableRequest;
import io.metastore.api.rpc.AuthEnableRequest;
import io.metastore.api.rpc.AuthGrpc;
import io.metastore.api.rpc.AuthUserAddRequest;
import io.metastore.api.rpc.AuthUserGrantRoleRequest;
import io.metastore.api.rpc.AuthenticateRequest;
import io.metastore.api.rpc.AuthenticateResponse;
import io.metastore.api.rpc.WatchCreateRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Calls with users: each side has its own tokens for them. */
final class AuthRun {
    static final String NOBODY = "";
    /** Not of the form of any token, so that no server waits for the log entry that it might be from. */
    static final String GARBAGE = "garbage";

    private record Tokens(String first, String second) {}

    private final LockStep run;
    private final Map<String, Tokens> tokens = new HashMap<>();
    private final Map<String, String> passwords = new HashMap<>();
    private boolean enabled;

    AuthRun(LockStep run) {
        this.run = run;
        tokens.put(GARBAGE, new Tokens(GARBAGE, GARBAGE));
    }

    boolean isEnabled() {
        return enabled;
    }

    /** As the user, with the token it got last, whether that is still good or not; with none if it never got one. */
    Answer call(String user, MethodDescriptor<?, ?> method, Message... requests) {
        Tokens known = tokens.get(user);
        Rpc rpc = Rpc.of(method, requests);
        run.remember("as '" + user + "':");
        return known == null ? run.call(rpc) : run.call(rpc, with(known.first()), with(known.second()));
    }

    private static UnaryOperator<Rpc> with(String token) {
        return rpc -> rpc.withMetadata("token", token);
    }

    /** The first answer to the creation of a watch, compared. */
    void watch(String user, WatchCreateRequest request) {
        Tokens known = tokens.getOrDefault(user, new Tokens("", ""));
        run.remember("as '" + user + "': watch " + request);
        Answer first = FirstWatchResponse.of(run.first().channel(), request, known.first());
        Answer second = FirstWatchResponse.of(run.second().channel(), request, known.second());
        run.compareAnswers(Rpc.of(io.metastore.api.rpc.WatchGrpc.getWatchMethod(), request), first, second);
    }

    void authenticate(String user, String password) {
        Answer answer = run.call(Rpc.of(
                AuthGrpc.getAuthenticateMethod(),
                AuthenticateRequest.newBuilder()
                        .setName(user)
                        .setPassword(password)
                        .build()));
        if (answer.isOk()) {
            List<Answer> both = run.latest();
            tokens.put(
                    user,
                    new Tokens(
                            both.get(0).message(AuthenticateResponse.class).getToken(),
                            both.get(1).message(AuthenticateResponse.class).getToken()));
        }
    }

    /** With the password that is known of it, right or not. */
    void authenticate(String user) {
        authenticate(user, passwords.getOrDefault(user, "none"));
    }

    void remember(String user, String password) {
        passwords.put(user, password);
    }

    void enable(String user) {
        enabled |= call(user, AuthGrpc.getAuthEnableMethod(), AuthEnableRequest.getDefaultInstance())
                .isOk();
    }

    void disable(String user) {
        if (call(user, AuthGrpc.getAuthDisableMethod(), AuthDisableRequest.getDefaultInstance())
                .isOk()) {
            enabled = false;
        }
    }

    /** A root user that can log in, and auth on. */
    void enableWithRoot() {
        call(
                NOBODY,
                AuthGrpc.getUserAddMethod(),
                AuthUserAddRequest.newBuilder().setName("root").setPassword("p").build());
        if (run.latest().get(0).isOk()) {
            remember("root", "p");
        }
        call(
                NOBODY,
                AuthGrpc.getUserGrantRoleMethod(),
                AuthUserGrantRoleRequest.newBuilder()
                        .setUser("root")
                        .setRole("root")
                        .build());
        enable(NOBODY);
        authenticate("root");
    }

    static ByteString utf8(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
