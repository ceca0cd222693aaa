package io.metastore.storage.auth;

import com.google.protobuf.ByteString;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.Permission;
import io.metastore.api.rpc.Role;
import io.metastore.api.rpc.User;
import io.metastore.storage.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Users, roles and whether they count, at one moment: it never changes, so what is checked against it is checked against
 * one revision (etcd: server/auth/store.go).
 *
 * <p>The questions answer null for "allowed", else why not. While auth is off, everything is allowed.
 */
public final class AuthState {
    /** Of a member on which nobody has set up anything. */
    static final AuthState INITIAL =
            new AuthState(false, 1, Collections.emptySortedMap(), Collections.emptySortedMap());

    private final boolean enabled;
    private final long revision;
    private final SortedMap<String, User> users;
    private final SortedMap<String, Role> roles;
    // Merged when first asked for: most users ask for nothing between two changes.
    private final Map<String, Rights> rights = new ConcurrentHashMap<>();

    /** What one user may do. */
    private record Rights(boolean root, Permissions permissions) {

        boolean allow(KeyRange range, boolean write) {
            return root || (write ? permissions.allowWrite(range) : permissions.allowRead(range));
        }
    }

    /** The maps are ordered by {@link Names#ORDER} and must not change afterwards. */
    AuthState(boolean enabled, long revision, SortedMap<String, User> users, SortedMap<String, Role> roles) {
        this.enabled = enabled;
        this.revision = revision;
        this.users = users;
        this.roles = roles;
    }

    public boolean enabled() {
        return enabled;
    }

    /** Counts the changes, from 1. */
    public long revision() {
        return revision;
    }

    public Optional<User> user(String name) {
        return Optional.ofNullable(users.get(name));
    }

    public Optional<Role> role(String name) {
        return Optional.ofNullable(roles.get(name));
    }

    public List<String> userNames() {
        return List.copyOf(users.keySet());
    }

    public List<String> roleNames() {
        return List.copyOf(roles.keySet());
    }

    /** By name; not to be changed. */
    public SortedMap<String, User> users() {
        return users;
    }

    /** By name; not to be changed. */
    public SortedMap<String, Role> roles() {
        return roles;
    }

    /** The permissions of a role as they are shown; of {@code root}, what it may do without having it granted. */
    public List<Permission> shownPermissions(Role role) {
        return role.getName().toStringUtf8().equals(Names.ROOT)
                ? List.of(Permission.newBuilder()
                        .setPermType(Permission.Type.READWRITE)
                        .setRangeEnd(ByteString.copyFrom(new byte[1]))
                        .build())
                : role.getKeyPermissionList();
    }

    public boolean hasRole(String user, String role) {
        User found = users.get(user);
        return found != null && found.getRolesList().contains(role);
    }

    public @Nullable EtcdError refusalToRead(Caller caller, KeyRange range) {
        return refusal(caller, range, false);
    }

    public @Nullable EtcdError refusalToWrite(Caller caller, KeyRange range) {
        return refusal(caller, range, true);
    }

    private @Nullable EtcdError refusal(Caller caller, KeyRange range, boolean write) {
        if (!enabled) {
            return null;
        }
        if (caller.revision() == 0) {
            return EtcdError.USER_EMPTY;
        }
        if (Long.compareUnsigned(caller.revision(), revision) < 0) {
            return EtcdError.AUTH_OLD_REVISION;
        }
        return mayTouch(caller.user(), range, write) ? null : EtcdError.PERMISSION_DENIED;
    }

    /** What a user may read now, whenever it was that somebody was found to be that user. */
    public boolean mayRead(String user, KeyRange range) {
        return !enabled || mayTouch(user, range, false);
    }

    private boolean mayTouch(String name, KeyRange range, boolean write) {
        Rights known = rights.get(name);
        if (known == null) {
            User user = users.get(name);
            if (user == null) {
                return false;
            }
            known = new Rights(user.getRolesList().contains(Names.ROOT), permissionsOf(user));
            rights.put(name, known);
        }
        return known.allow(range, write);
    }

    /** A role that does not exist grants nothing. */
    private Permissions permissionsOf(User user) {
        List<Permission> granted = new ArrayList<>();
        for (String name : user.getRolesList()) {
            Role role = roles.get(name);
            if (role != null) {
                granted.addAll(role.getKeyPermissionList());
            }
        }
        return new Permissions(granted);
    }

    /** Administration asks for the root role, and not for a revision. */
    public @Nullable EtcdError refusalToAdminister(Caller caller) {
        if (!enabled) {
            return null;
        }
        if (caller.isNobody()) {
            return EtcdError.USER_EMPTY;
        }
        User user = users.get(caller.user());
        if (user == null) {
            return EtcdError.USER_NOT_FOUND;
        }
        return user.getRolesList().contains(Names.ROOT) ? null : EtcdError.PERMISSION_DENIED;
    }

    /** A user sees its own record, an administrator sees all. */
    public @Nullable EtcdError refusalToSeeUser(Caller caller, String name) {
        return caller.user().equals(name) ? null : refusalToAdminister(caller);
    }

    /** A user sees the roles it has, an administrator sees all. */
    public @Nullable EtcdError refusalToSeeRole(Caller caller, String name) {
        return hasRole(caller.user(), name) ? null : refusalToAdminister(caller);
    }

    /** Anybody who is somebody. */
    public @Nullable EtcdError refusalToAnonymous(Caller caller) {
        return enabled && caller.revision() == 0 ? EtcdError.USER_EMPTY : null;
    }
}
