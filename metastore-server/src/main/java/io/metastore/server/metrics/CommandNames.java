package io.metastore.server.metrics;

import static java.util.Map.entry;

import io.metastore.storage.auth.AuthChange;
import io.metastore.storage.state.Command;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What etcd calls the requests that commands are made of (etcd: v3_server.go, getRequestType; apply/uber_applier.go). Changes of
 * the member list have no name: in etcd they are no requests of this kind.
 */
final class CommandNames {
    private static final Map<Class<?>, String> NAMES = Map.ofEntries(
            entry(Command.Put.class, "Put"),
            entry(Command.DeleteRange.class, "DeleteRange"),
            entry(Command.Txn.class, "Txn"),
            entry(Command.Compact.class, "Compaction"),
            entry(Command.LeaseGrant.class, "LeaseGrant"),
            entry(Command.LeaseRevoke.class, "LeaseRevoke"),
            // One for all leases that end together.
            entry(Command.RevokeExpired.class, "LeaseRevoke"),
            entry(Command.LeaseCheckpoint.class, "LeaseCheckpoint"),
            entry(Command.Alarm.class, "Alarm"),
            entry(Command.LogIn.class, "Authenticate"),
            entry(Command.PublishMember.class, "ClusterMemberAttrSet"),
            entry(Command.SetClusterVersion.class, "ClusterVersionSet"),
            entry(Command.SetDowngrade.class, "DowngradeInfoSet"),
            entry(AuthChange.Enable.class, "AuthEnable"),
            entry(AuthChange.Disable.class, "AuthDisable"),
            entry(AuthChange.AddUser.class, "AuthUserAdd"),
            entry(AuthChange.DeleteUser.class, "AuthUserDelete"),
            entry(AuthChange.ChangePassword.class, "AuthUserChangePassword"),
            entry(AuthChange.GrantRole.class, "AuthUserGrantRole"),
            entry(AuthChange.RevokeRole.class, "AuthUserRevokeRole"),
            entry(AuthChange.AddRole.class, "AuthRoleAdd"),
            entry(AuthChange.DeleteRole.class, "AuthRoleDelete"),
            entry(AuthChange.GrantPermission.class, "AuthRoleGrantPermission"),
            entry(AuthChange.RevokePermission.class, "AuthRoleRevokePermission"));

    private CommandNames() {}

    /** What the command is named by: the same for all commands of one name. */
    static Class<?> kindOf(Command command) {
        Command inner = command instanceof Command.Asked asked ? asked.command() : command;
        return inner instanceof Command.ChangeAuth auth ? auth.change().getClass() : inner.getClass();
    }

    static @Nullable String of(Class<?> kind) {
        return NAMES.get(kind);
    }
}
