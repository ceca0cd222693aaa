package io.metastore.testing;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.metastore.api.rpc.AuthGrpc;
import io.metastore.api.rpc.AuthRoleDeleteRequest;
import io.metastore.api.rpc.AuthRoleListRequest;
import io.metastore.api.rpc.AuthStatusRequest;
import io.metastore.api.rpc.AuthUserDeleteRequest;
import io.metastore.api.rpc.AuthUserListRequest;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LeaseLeasesRequest;
import io.metastore.api.rpc.LeaseRevokeRequest;

/** Empties a member as a client would: leases, keys, users, roles. */
final class Wipe {
    /** From the first key there can be, and as the end of a range: to the last. */
    private static final ByteString ZERO = ByteString.copyFrom(new byte[] {0});

    private Wipe() {}

    /**
     * Empties it.
     *
     * @throws IllegalStateException if authentication is on: only the test knows root's password
     */
    static void of(Channel channel) {
        AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(channel);
        if (auth.authStatus(AuthStatusRequest.getDefaultInstance()).getEnabled()) {
            throw new IllegalStateException("authentication is on: switch it off at the end of the test");
        }
        LeaseGrpc.LeaseBlockingStub leases = LeaseGrpc.newBlockingStub(channel);
        leases.leaseLeases(LeaseLeasesRequest.getDefaultInstance())
                .getLeasesList()
                .forEach(lease -> {
                    var unused = leases.leaseRevoke(
                            LeaseRevokeRequest.newBuilder().setID(lease.getID()).build());
                });
        var unused = KVGrpc.newBlockingStub(channel)
                .deleteRange(DeleteRangeRequest.newBuilder()
                        .setKey(ZERO)
                        .setRangeEnd(ZERO)
                        .build());
        auth.userList(AuthUserListRequest.getDefaultInstance()).getUsersList().forEach(user -> {
            var unusedUser = auth.userDelete(
                    AuthUserDeleteRequest.newBuilder().setName(user).build());
        });
        auth.roleList(AuthRoleListRequest.getDefaultInstance()).getRolesList().forEach(role -> {
            var unusedRole = auth.roleDelete(
                    AuthRoleDeleteRequest.newBuilder().setRole(role).build());
        });
    }
}
