package io.metastore.bench;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.metastore.api.rpc.AuthEnableRequest;
import io.metastore.api.rpc.AuthEnableResponse;
import io.metastore.api.rpc.AuthGrpc;
import io.metastore.api.rpc.AuthRoleAddRequest;
import io.metastore.api.rpc.AuthRoleAddResponse;
import io.metastore.api.rpc.AuthRoleGrantPermissionRequest;
import io.metastore.api.rpc.AuthRoleGrantPermissionResponse;
import io.metastore.api.rpc.AuthUserAddRequest;
import io.metastore.api.rpc.AuthUserAddResponse;
import io.metastore.api.rpc.AuthUserGrantRoleRequest;
import io.metastore.api.rpc.AuthUserGrantRoleResponse;
import io.metastore.api.rpc.AuthenticateRequest;
import io.metastore.api.rpc.AuthenticateResponse;
import io.metastore.api.rpc.Permission;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** As much of etcd's auth as a load asks for: what was granted is kept as text, and every call but the logins wants a token. */
public final class FakeAuth extends AuthGrpc.AuthImplBase implements ServerInterceptor {
    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    private final List<String> granted = new CopyOnWriteArrayList<>();
    private volatile boolean enabled;

    /** In the order in which it was asked for. */
    public List<String> granted() {
        return granted;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String token = headers.get(TOKEN);
        String method = call.getMethodDescriptor().getFullMethodName();
        boolean known = "token.root".equals(token)
                || ("token.bench".equals(token) && !method.contains("Maintenance") && !method.endsWith("Compact"));
        if (enabled && !known && !method.endsWith("Authenticate")) {
            call.close(Status.PERMISSION_DENIED.withDescription("etcdserver: permission denied"), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        return next.startCall(call, headers);
    }

    private <T> void grant(String text, StreamObserver<T> out, T reply) {
        granted.add(text);
        out.onNext(reply);
        out.onCompleted();
    }

    @Override
    public void roleAdd(AuthRoleAddRequest request, StreamObserver<AuthRoleAddResponse> out) {
        grant("role " + request.getName(), out, AuthRoleAddResponse.getDefaultInstance());
    }

    @Override
    public void roleGrantPermission(
            AuthRoleGrantPermissionRequest request, StreamObserver<AuthRoleGrantPermissionResponse> out) {
        Permission permission = request.getPerm();
        grant(
                "%s may %s %s to %s"
                        .formatted(
                                request.getName(),
                                permission.getPermType(),
                                permission.getKey().toStringUtf8(),
                                permission.getRangeEnd().toStringUtf8()),
                out,
                AuthRoleGrantPermissionResponse.getDefaultInstance());
    }

    @Override
    public void userAdd(AuthUserAddRequest request, StreamObserver<AuthUserAddResponse> out) {
        grant("user " + request.getName(), out, AuthUserAddResponse.getDefaultInstance());
    }

    @Override
    public void userGrantRole(AuthUserGrantRoleRequest request, StreamObserver<AuthUserGrantRoleResponse> out) {
        grant(request.getUser() + " is " + request.getRole(), out, AuthUserGrantRoleResponse.getDefaultInstance());
    }

    @Override
    public void authEnable(AuthEnableRequest request, StreamObserver<AuthEnableResponse> out) {
        enabled = true;
        grant("on", out, AuthEnableResponse.getDefaultInstance());
    }

    @Override
    public void authenticate(AuthenticateRequest request, StreamObserver<AuthenticateResponse> out) {
        out.onNext(AuthenticateResponse.newBuilder()
                .setToken("token." + request.getName())
                .build());
        out.onCompleted();
    }
}
