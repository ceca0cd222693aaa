package io.metastore.server.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.stub.StreamObserver;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.AuthDisableRequest;
import io.metastore.api.rpc.AuthDisableResponse;
import io.metastore.api.rpc.AuthEnableRequest;
import io.metastore.api.rpc.AuthEnableResponse;
import io.metastore.api.rpc.AuthGrpc;
import io.metastore.api.rpc.AuthRoleAddRequest;
import io.metastore.api.rpc.AuthRoleAddResponse;
import io.metastore.api.rpc.AuthRoleDeleteRequest;
import io.metastore.api.rpc.AuthRoleDeleteResponse;
import io.metastore.api.rpc.AuthRoleGetRequest;
import io.metastore.api.rpc.AuthRoleGetResponse;
import io.metastore.api.rpc.AuthRoleGrantPermissionRequest;
import io.metastore.api.rpc.AuthRoleGrantPermissionResponse;
import io.metastore.api.rpc.AuthRoleListRequest;
import io.metastore.api.rpc.AuthRoleListResponse;
import io.metastore.api.rpc.AuthRoleRevokePermissionRequest;
import io.metastore.api.rpc.AuthRoleRevokePermissionResponse;
import io.metastore.api.rpc.AuthStatusRequest;
import io.metastore.api.rpc.AuthStatusResponse;
import io.metastore.api.rpc.AuthUserAddRequest;
import io.metastore.api.rpc.AuthUserAddResponse;
import io.metastore.api.rpc.AuthUserChangePasswordRequest;
import io.metastore.api.rpc.AuthUserChangePasswordResponse;
import io.metastore.api.rpc.AuthUserDeleteRequest;
import io.metastore.api.rpc.AuthUserDeleteResponse;
import io.metastore.api.rpc.AuthUserGetRequest;
import io.metastore.api.rpc.AuthUserGetResponse;
import io.metastore.api.rpc.AuthUserGrantRoleRequest;
import io.metastore.api.rpc.AuthUserGrantRoleResponse;
import io.metastore.api.rpc.AuthUserListRequest;
import io.metastore.api.rpc.AuthUserListResponse;
import io.metastore.api.rpc.AuthUserRevokeRoleRequest;
import io.metastore.api.rpc.AuthUserRevokeRoleResponse;
import io.metastore.api.rpc.AuthenticateRequest;
import io.metastore.api.rpc.AuthenticateResponse;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.api.rpc.Role;
import io.metastore.api.rpc.User;
import io.metastore.server.auth.Passwords;
import io.metastore.server.auth.Tokens;
import io.metastore.server.replication.ReadGate;
import io.metastore.storage.auth.AuthChange;
import io.metastore.storage.auth.AuthState;
import io.metastore.storage.auth.Caller;
import io.metastore.storage.state.Command;
import io.metastore.storage.state.Outcome;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * etcdserverpb.Auth (etcd: v3_server.go, server/auth/store.go). Changes go through the log, with passwords hashed before;
 * what is asked is read behind the read gate, which sees all that went through the log before.
 */
final class AuthService extends AuthGrpc.AuthImplBase {
    private static final Logger LOG = LoggerFactory.getLogger(AuthService.class);
    /** Logins that are overtaken by changes of users or roles; as often as this, somebody has to try again himself. */
    private static final int MAX_LOGIN_ATTEMPTS = 10;

    private final Parts parts;

    /**
     * What the service is made of.
     *
     * @param submit proposes a command
     */
    record Parts(
            Access access,
            Tokens tokens,
            Passwords passwords,
            ReadGate gate,
            Function<Command, CompletableFuture<Outcome>> submit,
            LongSupplier revision,
            Headers headers) {}

    AuthService(Parts parts) {
        this.parts = parts;
    }

    private AuthState state() {
        return parts.access().state();
    }

    // ---- logging in

    @Override
    public void authenticate(AuthenticateRequest request, StreamObserver<AuthenticateResponse> client) {
        behindTheGate()
                .thenCompose(now -> logIn(request, MAX_LOGIN_ATTEMPTS))
                .whenComplete((response, failure) -> UnaryAnswer.send(client, response, failure));
    }

    private CompletableFuture<AuthenticateResponse> logIn(AuthenticateRequest request, int attempts) {
        AuthState auth = state();
        return checkPassword(request, auth).thenCompose(right -> {
            if (!right) {
                LOG.warn("invalid authentication was requested user={}", request.getName());
                return CompletableFuture.failedFuture(EtcdError.AUTH_FAILED.exception());
            }
            return issue(request.getName(), auth).thenCompose(response -> {
                if (state().revision() == auth.revision()) {
                    return CompletableFuture.completedFuture(response);
                }
                // The password may have been changed while the old one was compared with.
                return attempts > 1
                        ? logIn(request, attempts - 1)
                        : CompletableFuture.failedFuture(EtcdError.AUTH_OLD_REVISION.exception());
            });
        });
    }

    private CompletableFuture<Boolean> checkPassword(AuthenticateRequest request, AuthState auth) {
        if (!auth.enabled()) {
            return CompletableFuture.failedFuture(EtcdError.AUTH_NOT_ENABLED.exception());
        }
        Optional<User> user = auth.user(request.getName());
        if (user.isEmpty()) {
            return parts.passwords().matchesNobody(request.getPassword());
        }
        if (user.get().getOptions().getNoPassword()) {
            return CompletableFuture.failedFuture(EtcdError.NO_PASSWORD_USER.exception());
        }
        return parts.passwords().matches(request.getPassword(), user.get().getPassword());
    }

    private CompletableFuture<AuthenticateResponse> issue(String user, AuthState auth) {
        String token;
        try {
            token = parts.tokens().issue(user, auth.revision());
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        if (!parts.tokens().needAgreement()) {
            return CompletableFuture.completedFuture(AuthenticateResponse.newBuilder()
                    .setHeader(header())
                    .setToken(token)
                    .build());
        }
        return parts.submit().apply(new Command.LogIn(user, token)).thenApply(outcome -> {
            Outcome.Applied agreed = outcome.orThrow();
            try {
                return AuthenticateResponse.newBuilder()
                        .mergeFrom(agreed.body().toByteArray())
                        .setHeader(parts.headers().at(agreed.revision()))
                        .build();
            } catch (InvalidProtocolBufferException ours) {
                throw new IllegalStateException(ours);
            }
        });
    }

    // ---- changes

    @Override
    public void authEnable(AuthEnableRequest request, StreamObserver<AuthEnableResponse> client) {
        change(new AuthChange.Enable(), client, header -> AuthEnableResponse.newBuilder()
                .setHeader(header)
                .build());
    }

    @Override
    public void authDisable(AuthDisableRequest request, StreamObserver<AuthDisableResponse> client) {
        change(new AuthChange.Disable(), client, header -> AuthDisableResponse.newBuilder()
                .setHeader(header)
                .build());
    }

    /** The hash is made here, whatever the client says it is; of no password too, unless there is to be none. */
    @Override
    public void userAdd(AuthUserAddRequest request, StreamObserver<AuthUserAddResponse> client) {
        Credentials caller = Credentials.current();
        AuthUserAddRequest.Builder hashed = request.toBuilder().clearPassword().clearHashedPassword();
        boolean hasPassword = !request.getOptions().getNoPassword();
        withPassword(
                        hasPassword ? request.getPassword() : "",
                        caller,
                        () -> hasPassword
                                ? parts.passwords().hash(request.getPassword())
                                : CompletableFuture.completedFuture(""))
                .thenCompose(hash -> submit(
                        caller,
                        new AuthChange.AddUser(hashed.setHashedPassword(hash).build())))
                .thenApply(header ->
                        AuthUserAddResponse.newBuilder().setHeader(header).build())
                .whenComplete((response, failure) -> UnaryAnswer.send(client, response, failure));
    }

    /** Without a password the hash that the client sends is taken as it is. */
    @Override
    public void userChangePassword(
            AuthUserChangePasswordRequest request, StreamObserver<AuthUserChangePasswordResponse> client) {
        Credentials caller = Credentials.current();
        AuthUserChangePasswordRequest.Builder hashed = request.toBuilder().clearPassword();
        withPassword(
                        request.getPassword(),
                        caller,
                        () -> request.getPassword().isEmpty()
                                ? CompletableFuture.completedFuture(request.getHashedPassword())
                                : parts.passwords().hash(request.getPassword()))
                .thenCompose(hash -> submit(
                        caller,
                        new AuthChange.ChangePassword(
                                hashed.setHashedPassword(hash).build())))
                .thenApply(header -> AuthUserChangePasswordResponse.newBuilder()
                        .setHeader(header)
                        .build())
                .whenComplete((response, failure) -> UnaryAnswer.send(client, response, failure));
    }

    /** Hashing takes long, so it is not done for those who may not change anything. */
    private CompletableFuture<String> withPassword(
            String password, Credentials caller, Supplier<CompletableFuture<String>> hash) {
        try {
            Passwords.check(password);
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        return admitted(caller).thenCompose(yes -> hash.get());
    }

    @Override
    public void userDelete(AuthUserDeleteRequest request, StreamObserver<AuthUserDeleteResponse> client) {
        change(new AuthChange.DeleteUser(request), client, header -> AuthUserDeleteResponse.newBuilder()
                .setHeader(header)
                .build());
    }

    @Override
    public void userGrantRole(AuthUserGrantRoleRequest request, StreamObserver<AuthUserGrantRoleResponse> client) {
        change(new AuthChange.GrantRole(request), client, header -> AuthUserGrantRoleResponse.newBuilder()
                .setHeader(header)
                .build());
    }

    @Override
    public void userRevokeRole(AuthUserRevokeRoleRequest request, StreamObserver<AuthUserRevokeRoleResponse> client) {
        change(new AuthChange.RevokeRole(request), client, header -> AuthUserRevokeRoleResponse.newBuilder()
                .setHeader(header)
                .build());
    }

    @Override
    public void roleAdd(AuthRoleAddRequest request, StreamObserver<AuthRoleAddResponse> client) {
        change(new AuthChange.AddRole(request), client, header -> AuthRoleAddResponse.newBuilder()
                .setHeader(header)
                .build());
    }

    @Override
    public void roleDelete(AuthRoleDeleteRequest request, StreamObserver<AuthRoleDeleteResponse> client) {
        change(new AuthChange.DeleteRole(request), client, header -> AuthRoleDeleteResponse.newBuilder()
                .setHeader(header)
                .build());
    }

    @Override
    public void roleGrantPermission(
            AuthRoleGrantPermissionRequest request, StreamObserver<AuthRoleGrantPermissionResponse> client) {
        change(new AuthChange.GrantPermission(request), client, header -> AuthRoleGrantPermissionResponse.newBuilder()
                .setHeader(header)
                .build());
    }

    @Override
    public void roleRevokePermission(
            AuthRoleRevokePermissionRequest request, StreamObserver<AuthRoleRevokePermissionResponse> client) {
        change(new AuthChange.RevokePermission(request), client, header -> AuthRoleRevokePermissionResponse.newBuilder()
                .setHeader(header)
                .build());
    }

    private <R> void change(AuthChange change, StreamObserver<R> client, Function<ResponseHeader, R> response) {
        Credentials caller = Credentials.current();
        admitted(caller)
                .thenCompose(yes -> submit(caller, change))
                .thenApply(response)
                .whenComplete((answer, failure) -> UnaryAnswer.send(client, answer, failure));
    }

    /** Fails for who is no administrator. Behind the gate: who has just been made one is one. */
    private CompletableFuture<Void> admitted(Credentials credentials) {
        return behindTheGate().thenRun(() -> parts.access().requireAdmin(credentials));
    }

    private CompletableFuture<ResponseHeader> submit(Credentials credentials, AuthChange change) {
        return parts.submit()
                .apply(parts.access().asked(credentials, new Command.ChangeAuth(change)))
                .thenApply(outcome -> parts.headers().at(outcome.orThrow().revision()));
    }

    // ---- questions

    @Override
    public void authStatus(AuthStatusRequest request, StreamObserver<AuthStatusResponse> client) {
        answer(client, () -> {
            AuthState auth = state();
            return AuthStatusResponse.newBuilder()
                    .setHeader(header())
                    .setEnabled(auth.enabled())
                    .setAuthRevision(auth.revision())
                    .build();
        });
    }

    @Override
    public void userGet(AuthUserGetRequest request, StreamObserver<AuthUserGetResponse> client) {
        Credentials credentials = Credentials.current();
        answer(client, () -> {
            AuthState auth = state();
            Caller caller = parts.access().callerOf(credentials);
            Access.require(auth.refusalToSeeUser(caller, request.getName()));
            User user = auth.user(request.getName()).orElseThrow(EtcdError.USER_NOT_FOUND::exception);
            return AuthUserGetResponse.newBuilder()
                    .setHeader(header())
                    .addAllRoles(user.getRolesList())
                    .build();
        });
    }

    @Override
    public void userList(AuthUserListRequest request, StreamObserver<AuthUserListResponse> client) {
        Credentials credentials = Credentials.current();
        answer(client, () -> {
            parts.access().requireAdmin(credentials);
            return AuthUserListResponse.newBuilder()
                    .setHeader(header())
                    .addAllUsers(state().userNames())
                    .build();
        });
    }

    @Override
    public void roleGet(AuthRoleGetRequest request, StreamObserver<AuthRoleGetResponse> client) {
        Credentials credentials = Credentials.current();
        answer(client, () -> {
            AuthState auth = state();
            Caller caller = parts.access().callerOf(credentials);
            Access.require(auth.refusalToSeeRole(caller, request.getRole()));
            Role role = auth.role(request.getRole()).orElseThrow(EtcdError.ROLE_NOT_FOUND::exception);
            return AuthRoleGetResponse.newBuilder()
                    .setHeader(header())
                    .addAllPerm(auth.shownPermissions(role))
                    .build();
        });
    }

    @Override
    public void roleList(AuthRoleListRequest request, StreamObserver<AuthRoleListResponse> client) {
        Credentials credentials = Credentials.current();
        answer(client, () -> {
            parts.access().requireAdmin(credentials);
            return AuthRoleListResponse.newBuilder()
                    .setHeader(header())
                    .addAllRoles(state().roleNames())
                    .build();
        });
    }

    private <R> void answer(StreamObserver<R> client, Supplier<R> question) {
        behindTheGate()
                .thenApply(now -> question.get())
                .whenComplete((response, failure) -> UnaryAnswer.send(client, response, failure));
    }

    private CompletableFuture<Void> behindTheGate() {
        CompletableFuture<Void> open = new CompletableFuture<>();
        parts.gate().linearizable(() -> open.complete(null), open::completeExceptionally);
        return open;
    }

    private ResponseHeader header() {
        return parts.headers().at(parts.revision().getAsLong());
    }
}
