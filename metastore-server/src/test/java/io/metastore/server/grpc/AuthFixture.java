package io.metastore.server.grpc;

import static com.google.protobuf.ByteString.copyFromUtf8;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.metastore.api.rpc.AuthDisableRequest;
import io.metastore.api.rpc.AuthEnableRequest;
import io.metastore.api.rpc.AuthGrpc;
import io.metastore.api.rpc.AuthRoleAddRequest;
import io.metastore.api.rpc.AuthRoleGrantPermissionRequest;
import io.metastore.api.rpc.AuthRoleRevokePermissionRequest;
import io.metastore.api.rpc.AuthUserAddRequest;
import io.metastore.api.rpc.AuthUserGrantRoleRequest;
import io.metastore.api.rpc.AuthenticateRequest;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.Permission;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A member with users: root, and alice, who may read and write [a,b) and read [r,s). */
final class AuthFixture {
    static final String ROOT_PASSWORD = "root-password";
    static final String ALICE_PASSWORD = "alice-password";

    private final Channel channel;
    private Channel root;

    AuthFixture(Channel channel) {
        this.channel = channel;
        this.root = channel;
    }

    AuthFixture setUp() {
        addUser("root", ROOT_PASSWORD);
        addUser("alice", ALICE_PASSWORD);
        grantRole("root", "root");
        addRole("r");
        grant("r", Permission.Type.READWRITE, "a", "b");
        grant("r", Permission.Type.READ, "r", "s");
        grantRole("alice", "r");
        return this;
    }

    AuthFixture enable() {
        var enabled = AuthGrpc.newBlockingStub(channel).authEnable(AuthEnableRequest.getDefaultInstance());
        root = as(token("root", ROOT_PASSWORD));
        return enabled.hasHeader() ? this : null;
    }

    void disable() {
        var unused = auth().authDisable(AuthDisableRequest.getDefaultInstance());
        root = channel;
    }

    /** The administrator's. */
    AuthGrpc.AuthBlockingStub auth() {
        return AuthGrpc.newBlockingStub(root);
    }

    Channel root() {
        return root;
    }

    Channel anonymous() {
        return channel;
    }

    Channel alice() {
        return as(token("alice", ALICE_PASSWORD));
    }

    String token(String user, String password) {
        return AuthGrpc.newBlockingStub(channel)
                .authenticate(AuthenticateRequest.newBuilder()
                        .setName(user)
                        .setPassword(password)
                        .build())
                .getToken();
    }

    Channel as(String token) {
        Metadata headers = new Metadata();
        headers.put(Credentials.TOKEN, token);
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    void addUser(String name, String password) {
        var unused = auth().userAdd(AuthUserAddRequest.newBuilder()
                .setName(name)
                .setPassword(password)
                .build());
    }

    void addRole(String name) {
        var unused =
                auth().roleAdd(AuthRoleAddRequest.newBuilder().setName(name).build());
    }

    void grantRole(String user, String role) {
        var unused = auth().userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                .setUser(user)
                .setRole(role)
                .build());
    }

    void grant(String role, Permission.Type type, String key, String end) {
        var unused = auth().roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder()
                .setName(role)
                .setPerm(Permission.newBuilder()
                        .setPermType(type)
                        .setKey(copyFromUtf8(key))
                        .setRangeEnd(copyFromUtf8(end)))
                .build());
    }

    void revoke(String role, String key, String end) {
        var unused = auth().roleRevokePermission(AuthRoleRevokePermissionRequest.newBuilder()
                .setRole(role)
                .setKey(copyFromUtf8(key))
                .setRangeEnd(copyFromUtf8(end))
                .build());
    }

    static long put(Channel channel, String key) {
        return KVGrpc.newBlockingStub(channel)
                .put(PutRequest.newBuilder().setKey(copyFromUtf8(key)).build())
                .getHeader()
                .getRevision();
    }

    static long get(Channel channel, String key) {
        return KVGrpc.newBlockingStub(channel)
                .range(RangeRequest.newBuilder().setKey(copyFromUtf8(key)).build())
                .getCount();
    }

    /** What a call fails with, code and text; "OK" if it does not. */
    static String failure(ThrowingCallable call) {
        try {
            call.call();
            return "OK";
        } catch (StatusRuntimeException failure) {
            return failure.getStatus().getCode() + ": " + failure.getStatus().getDescription();
        } catch (Throwable other) {
            throw new AssertionError(other);
        }
    }
}
