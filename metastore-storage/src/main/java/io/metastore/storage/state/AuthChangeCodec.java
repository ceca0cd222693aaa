package io.metastore.storage.state;

import com.google.protobuf.MessageLite;
import io.metastore.api.log.LogCommand;
import io.metastore.api.rpc.AuthDisableRequest;
import io.metastore.api.rpc.AuthEnableRequest;
import io.metastore.storage.auth.AuthChange;

/** {@link AuthChange} ↔ log.proto. */
final class AuthChangeCodec {
    private AuthChangeCodec() {}

    static int fieldOf(AuthChange change) {
        if (change instanceof AuthChange.Enable) {
            return LogCommand.AUTH_ENABLE_FIELD_NUMBER;
        }
        if (change instanceof AuthChange.Disable) {
            return LogCommand.AUTH_DISABLE_FIELD_NUMBER;
        }
        if (change instanceof AuthChange.AddUser) {
            return LogCommand.AUTH_USER_ADD_FIELD_NUMBER;
        }
        if (change instanceof AuthChange.DeleteUser) {
            return LogCommand.AUTH_USER_DELETE_FIELD_NUMBER;
        }
        if (change instanceof AuthChange.ChangePassword) {
            return LogCommand.AUTH_USER_CHANGE_PASSWORD_FIELD_NUMBER;
        }
        if (change instanceof AuthChange.GrantRole) {
            return LogCommand.AUTH_USER_GRANT_ROLE_FIELD_NUMBER;
        }
        if (change instanceof AuthChange.RevokeRole) {
            return LogCommand.AUTH_USER_REVOKE_ROLE_FIELD_NUMBER;
        }
        if (change instanceof AuthChange.AddRole) {
            return LogCommand.AUTH_ROLE_ADD_FIELD_NUMBER;
        }
        if (change instanceof AuthChange.DeleteRole) {
            return LogCommand.AUTH_ROLE_DELETE_FIELD_NUMBER;
        }
        if (change instanceof AuthChange.GrantPermission) {
            return LogCommand.AUTH_ROLE_GRANT_PERMISSION_FIELD_NUMBER;
        }
        if (change instanceof AuthChange.RevokePermission) {
            return LogCommand.AUTH_ROLE_REVOKE_PERMISSION_FIELD_NUMBER;
        }
        throw new AssertionError("no place in the log for " + change.getClass());
    }

    static MessageLite messageOf(AuthChange change) {
        if (change instanceof AuthChange.Enable) {
            return AuthEnableRequest.getDefaultInstance();
        }
        if (change instanceof AuthChange.Disable) {
            return AuthDisableRequest.getDefaultInstance();
        }
        if (change instanceof AuthChange.AddUser add) {
            return add.request();
        }
        if (change instanceof AuthChange.DeleteUser delete) {
            return delete.request();
        }
        if (change instanceof AuthChange.ChangePassword password) {
            return password.request();
        }
        if (change instanceof AuthChange.GrantRole grant) {
            return grant.request();
        }
        if (change instanceof AuthChange.RevokeRole revoke) {
            return revoke.request();
        }
        if (change instanceof AuthChange.AddRole add) {
            return add.request();
        }
        if (change instanceof AuthChange.DeleteRole delete) {
            return delete.request();
        }
        if (change instanceof AuthChange.GrantPermission grant) {
            return grant.request();
        }
        if (change instanceof AuthChange.RevokePermission revoke) {
            return revoke.request();
        }
        throw new AssertionError("no place in the log for " + change.getClass());
    }

    /** Of a command that holds a change of auth. */
    static AuthChange changeOf(LogCommand command) {
        return switch (command.getCommandCase()) {
            case AUTH_ENABLE -> new AuthChange.Enable();
            case AUTH_DISABLE -> new AuthChange.Disable();
            case AUTH_USER_ADD -> new AuthChange.AddUser(command.getAuthUserAdd());
            case AUTH_USER_DELETE -> new AuthChange.DeleteUser(command.getAuthUserDelete());
            case AUTH_USER_CHANGE_PASSWORD -> new AuthChange.ChangePassword(command.getAuthUserChangePassword());
            case AUTH_USER_GRANT_ROLE -> new AuthChange.GrantRole(command.getAuthUserGrantRole());
            case AUTH_USER_REVOKE_ROLE -> new AuthChange.RevokeRole(command.getAuthUserRevokeRole());
            case AUTH_ROLE_ADD -> new AuthChange.AddRole(command.getAuthRoleAdd());
            case AUTH_ROLE_DELETE -> new AuthChange.DeleteRole(command.getAuthRoleDelete());
            case AUTH_ROLE_GRANT_PERMISSION -> new AuthChange.GrantPermission(command.getAuthRoleGrantPermission());
            case AUTH_ROLE_REVOKE_PERMISSION -> new AuthChange.RevokePermission(command.getAuthRoleRevokePermission());
            case PUT,
                    DELETE_RANGE,
                    TXN,
                    COMPACTION,
                    LEASE_GRANT,
                    LEASE_REVOKE,
                    LEASE_CHECKPOINT,
                    REVOKE_EXPIRED,
                    ALARM,
                    PUBLISH_MEMBER,
                    FOUND_CLUSTER,
                    ADD_MEMBER,
                    REMOVE_MEMBER,
                    UPDATE_MEMBER,
                    PROMOTE_MEMBER,
                    KEEP_ONLY_MEMBER,
                    SET_CLUSTER_VERSION,
                    SET_DOWNGRADE,
                    NO_OP,
                    LOG_IN,
                    COMMAND_NOT_SET -> throw new AssertionError(command.getCommandCase() + " is no change of auth");
        };
    }
}
