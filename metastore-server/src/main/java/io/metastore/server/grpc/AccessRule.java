package io.metastore.server.grpc;

import io.grpc.MethodDescriptor;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.metastore.api.rpc.AuthGrpc;
import io.metastore.api.rpc.ClusterGrpc;
import io.metastore.api.rpc.ElectionGrpc;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LockGrpc;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.WatchGrpc;
import java.util.HashMap;
import java.util.Map;

/**
 * Who may call what: the one table of it. A method without a rule is not served.
 *
 * <p>Some rules are about the method alone and are enforced before its service sees the call ({@link AccessCheck}). Others
 * depend on what is asked: there the service checks, by the same questions with which the command is checked when it is
 * applied.
 */
enum AccessRule {
    /** Anybody; also who cannot say who he is, for here he can come to. */
    OPEN,
    /** Anybody, but a token that is sent must be good. */
    NO_BAD_TOKEN,
    /** Anybody who is somebody. */
    USER,
    /** The root role. */
    ADMIN,
    /** Somebody to read alarms, the root role to change them: the service checks the latter. */
    ALARM,
    /** Permission on the keys, or on the keys of the lease, that the request is about: the service checks. */
    KEYS,
    /** The root role, or a user about itself: the service checks. */
    SELF,
    /** The root role, looked at after the request itself: the service checks. */
    AUTH_CHANGE,
    /** Whatever the calls need that the service makes in the caller's name. */
    INNER_CALLS;

    private static final Map<String, AccessRule> BY_METHOD = new HashMap<>();

    static {
        KEYS.is(
                KVGrpc.getRangeMethod(),
                KVGrpc.getRangeStreamMethod(),
                KVGrpc.getPutMethod(),
                KVGrpc.getDeleteRangeMethod(),
                KVGrpc.getTxnMethod(),
                WatchGrpc.getWatchMethod(),
                LeaseGrpc.getLeaseKeepAliveMethod(),
                LeaseGrpc.getLeaseLeasesMethod());
        // Besides, a revoke and a look at the keys of a lease need those keys, which the service checks.
        USER.is(
                LeaseGrpc.getLeaseGrantMethod(),
                LeaseGrpc.getLeaseRevokeMethod(),
                LeaseGrpc.getLeaseTimeToLiveMethod(),
                ClusterGrpc.getMemberListMethod(),
                MaintenanceGrpc.getStatusMethod());
        ALARM.is(MaintenanceGrpc.getAlarmMethod());
        ADMIN.is(
                KVGrpc.getCompactMethod(),
                ClusterGrpc.getMemberAddMethod(),
                ClusterGrpc.getMemberRemoveMethod(),
                ClusterGrpc.getMemberUpdateMethod(),
                ClusterGrpc.getMemberPromoteMethod(),
                MaintenanceGrpc.getDefragmentMethod(),
                MaintenanceGrpc.getHashMethod(),
                MaintenanceGrpc.getHashKVMethod(),
                MaintenanceGrpc.getSnapshotMethod(),
                MaintenanceGrpc.getMoveLeaderMethod(),
                MaintenanceGrpc.getDowngradeMethod());
        AUTH_CHANGE.is(
                AuthGrpc.getAuthEnableMethod(),
                AuthGrpc.getAuthDisableMethod(),
                AuthGrpc.getUserAddMethod(),
                AuthGrpc.getUserDeleteMethod(),
                AuthGrpc.getUserChangePasswordMethod(),
                AuthGrpc.getUserGrantRoleMethod(),
                AuthGrpc.getUserRevokeRoleMethod(),
                AuthGrpc.getUserListMethod(),
                AuthGrpc.getRoleAddMethod(),
                AuthGrpc.getRoleDeleteMethod(),
                AuthGrpc.getRoleGrantPermissionMethod(),
                AuthGrpc.getRoleRevokePermissionMethod(),
                AuthGrpc.getRoleListMethod());
        SELF.is(AuthGrpc.getUserGetMethod(), AuthGrpc.getRoleGetMethod());
        NO_BAD_TOKEN.is(AuthGrpc.getAuthStatusMethod());
        OPEN.is(
                AuthGrpc.getAuthenticateMethod(),
                HealthGrpc.getCheckMethod(),
                HealthGrpc.getWatchMethod(),
                ServerReflectionGrpc.getServerReflectionInfoMethod());
        INNER_CALLS.is(
                LockGrpc.getLockMethod(),
                LockGrpc.getUnlockMethod(),
                ElectionGrpc.getCampaignMethod(),
                ElectionGrpc.getProclaimMethod(),
                ElectionGrpc.getLeaderMethod(),
                ElectionGrpc.getObserveMethod(),
                ElectionGrpc.getResignMethod());
    }

    private void is(MethodDescriptor<?, ?>... methods) {
        for (MethodDescriptor<?, ?> method : methods) {
            if (BY_METHOD.put(method.getFullMethodName(), this) != null) {
                throw new AssertionError("two rules for " + method.getFullMethodName());
            }
        }
    }

    /**
     * The rule of a method.
     *
     * @throws IllegalStateException if nobody has thought of one
     */
    static AccessRule of(String fullMethodName) {
        AccessRule rule = BY_METHOD.get(fullMethodName);
        if (rule == null) {
            throw new IllegalStateException("no access rule for " + fullMethodName);
        }
        return rule;
    }
}
