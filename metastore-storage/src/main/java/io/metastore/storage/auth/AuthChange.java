package io.metastore.storage.auth;

import com.google.protobuf.ByteString;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.AuthRoleAddRequest;
import io.metastore.api.rpc.AuthRoleDeleteRequest;
import io.metastore.api.rpc.AuthRoleGrantPermissionRequest;
import io.metastore.api.rpc.AuthRoleRevokePermissionRequest;
import io.metastore.api.rpc.AuthUserAddRequest;
import io.metastore.api.rpc.AuthUserChangePasswordRequest;
import io.metastore.api.rpc.AuthUserDeleteRequest;
import io.metastore.api.rpc.AuthUserGrantRoleRequest;
import io.metastore.api.rpc.AuthUserRevokeRoleRequest;
import io.metastore.api.rpc.Permission;
import io.metastore.api.rpc.Role;
import io.metastore.api.rpc.User;
import io.metastore.storage.mvcc.Key;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change of users, roles or whether they count (etcd: server/auth/store.go). Each knows what speaks against it, in
 * etcd's order; that only an administrator may make it is checked before.
 *
 * <p>Passwords are hashes here: whoever makes the change has hashed them.
 */
public sealed interface AuthChange {
    /** Null if the edit holds the change, else why it cannot be made; then the edit is not used. */
    @Nullable
    EtcdError applyTo(AuthEdit edit);

    record Enable() implements AuthChange {
        @Override
        public @Nullable EtcdError applyTo(AuthEdit edit) {
            if (edit.before().enabled()) {
                return null;
            }
            User root = edit.before().users().get(Names.ROOT);
            if (root == null) {
                return EtcdError.ROOT_USER_NOT_EXIST;
            }
            if (!root.getRolesList().contains(Names.ROOT)) {
                return EtcdError.ROOT_ROLE_NOT_EXIST;
            }
            edit.enable();
            return null;
        }
    }

    record Disable() implements AuthChange {
        @Override
        public @Nullable EtcdError applyTo(AuthEdit edit) {
            if (edit.before().enabled()) {
                edit.disable();
            }
            return null;
        }
    }

    record AddUser(AuthUserAddRequest request) implements AuthChange {
        public AddUser {
            requireNoPassword(request.getPassword());
        }

        @Override
        public @Nullable EtcdError applyTo(AuthEdit edit) {
            if (request.getName().isEmpty()) {
                return EtcdError.USER_EMPTY;
            }
            if (edit.before().user(request.getName()).isPresent()) {
                return EtcdError.USER_ALREADY_EXIST;
            }
            User.Builder user = User.newBuilder()
                    .setName(ByteString.copyFromUtf8(request.getName()))
                    .setOptions(request.getOptions());
            if (!request.getOptions().getNoPassword()) {
                ByteString hash = hashOf(request.getHashedPassword());
                if (hash == null) {
                    return EtcdError.NO_PASSWORD_USER;
                }
                user.setPassword(hash);
            }
            edit.putUser(user.build());
            return null;
        }

        @Override
        public String toString() {
            return "AddUser[" + request.getName() + "]";
        }
    }

    record DeleteUser(AuthUserDeleteRequest request) implements AuthChange {
        @Override
        public @Nullable EtcdError applyTo(AuthEdit edit) {
            if (edit.before().enabled() && request.getName().equals(Names.ROOT)) {
                return EtcdError.INVALID_AUTH_MGMT;
            }
            if (edit.before().user(request.getName()).isEmpty()) {
                return EtcdError.USER_NOT_FOUND;
            }
            edit.deleteUser(request.getName());
            edit.logOut(request.getName());
            return null;
        }
    }

    /** A user without password stays one. Without a hash, nobody can log in as the user any more. */
    record ChangePassword(AuthUserChangePasswordRequest request) implements AuthChange {
        public ChangePassword {
            requireNoPassword(request.getPassword());
        }

        @Override
        public @Nullable EtcdError applyTo(AuthEdit edit) {
            User user = edit.before().users().get(request.getName());
            if (user == null) {
                return EtcdError.USER_NOT_FOUND;
            }
            ByteString hash = ByteString.EMPTY;
            if (!user.getOptions().getNoPassword()) {
                hash = hashOf(request.getHashedPassword());
                if (hash == null) {
                    return EtcdError.NO_PASSWORD_USER;
                }
            }
            edit.putUser(user.toBuilder().setPassword(hash).build());
            edit.logOut(request.getName());
            return null;
        }

        @Override
        public String toString() {
            return "ChangePassword[" + request.getName() + "]";
        }
    }

    record GrantRole(AuthUserGrantRoleRequest request) implements AuthChange {
        @Override
        public @Nullable EtcdError applyTo(AuthEdit edit) {
            User user = edit.before().users().get(request.getUser());
            if (user == null) {
                return EtcdError.USER_NOT_FOUND;
            }
            boolean exists = edit.before().role(request.getRole()).isPresent();
            if (!exists && !request.getRole().equals(Names.ROOT)) {
                return EtcdError.ROLE_NOT_FOUND;
            }
            if (user.getRolesList().contains(request.getRole())) {
                return null;
            }
            List<String> roles = new ArrayList<>(user.getRolesList());
            roles.add(request.getRole());
            roles.sort(Names.ORDER);
            edit.putUser(user.toBuilder().clearRoles().addAllRoles(roles).build());
            return null;
        }
    }

    record RevokeRole(AuthUserRevokeRoleRequest request) implements AuthChange {
        @Override
        public @Nullable EtcdError applyTo(AuthEdit edit) {
            boolean isRootsOwn =
                    request.getName().equals(Names.ROOT) && request.getRole().equals(Names.ROOT);
            if (edit.before().enabled() && isRootsOwn) {
                return EtcdError.INVALID_AUTH_MGMT;
            }
            User user = edit.before().users().get(request.getName());
            if (user == null) {
                return EtcdError.USER_NOT_FOUND;
            }
            if (!user.getRolesList().contains(request.getRole())) {
                return EtcdError.ROLE_NOT_GRANTED;
            }
            edit.putUser(AuthEdit.withoutRole(user, request.getRole()));
            return null;
        }
    }

    record AddRole(AuthRoleAddRequest request) implements AuthChange {
        @Override
        public @Nullable EtcdError applyTo(AuthEdit edit) {
            if (request.getName().isEmpty()) {
                return EtcdError.ROLE_EMPTY;
            }
            if (edit.before().role(request.getName()).isPresent()) {
                return EtcdError.ROLE_ALREADY_EXIST;
            }
            edit.putRole(Role.newBuilder()
                    .setName(ByteString.copyFromUtf8(request.getName()))
                    .build());
            return null;
        }
    }

    record DeleteRole(AuthRoleDeleteRequest request) implements AuthChange {
        @Override
        public @Nullable EtcdError applyTo(AuthEdit edit) {
            if (edit.before().enabled() && request.getRole().equals(Names.ROOT)) {
                return EtcdError.INVALID_AUTH_MGMT;
            }
            if (edit.before().role(request.getRole()).isEmpty()) {
                return EtcdError.ROLE_NOT_FOUND;
            }
            edit.deleteRole(request.getRole());
            return null;
        }
    }

    record GrantPermission(AuthRoleGrantPermissionRequest request) implements AuthChange {
        private static final ByteString TO_LAST_KEY = ByteString.copyFrom(new byte[1]);
        private static final Comparator<Permission> BY_KEY =
                Comparator.comparing(Permission::getKey, ByteString.unsignedLexicographicalComparator());

        @Override
        public @Nullable EtcdError applyTo(AuthEdit edit) {
            if (!request.hasPerm()) {
                return EtcdError.PERMISSION_NOT_GIVEN;
            }
            if (!isInterval(request.getPerm())) {
                return EtcdError.INVALID_AUTH_MGMT;
            }
            Role role = edit.before().roles().get(request.getName());
            if (role == null) {
                return EtcdError.ROLE_NOT_FOUND;
            }
            edit.putRole(role.toBuilder()
                    .clearKeyPermission()
                    .addAllKeyPermission(with(request.getPerm(), role.getKeyPermissionList()))
                    .build());
            return null;
        }

        private static boolean isInterval(Permission permission) {
            if (permission.getKey().isEmpty()) {
                return false;
            }
            ByteString end = permission.getRangeEnd();
            return end.isEmpty()
                    || end.equals(TO_LAST_KEY)
                    || Key.of(permission.getKey()).compareTo(Key.of(end)) < 0;
        }

        /** Only the first permission with the key is looked at for one to replace, as in etcd. */
        private static List<Permission> with(Permission granted, List<Permission> permissions) {
            List<Permission> all = new ArrayList<>(permissions);
            int at = 0;
            while (at < all.size() && BY_KEY.compare(all.get(at), granted) < 0) {
                at++;
            }
            boolean replaces = at < all.size()
                    && all.get(at).getKey().equals(granted.getKey())
                    && all.get(at).getRangeEnd().equals(granted.getRangeEnd());
            if (replaces) {
                all.set(at, granted);
            } else {
                all.add(granted);
                all.sort(BY_KEY);
            }
            return all;
        }
    }

    record RevokePermission(AuthRoleRevokePermissionRequest request) implements AuthChange {
        @Override
        public @Nullable EtcdError applyTo(AuthEdit edit) {
            Role role = edit.before().roles().get(request.getRole());
            if (role == null) {
                return EtcdError.ROLE_NOT_FOUND;
            }
            List<Permission> left = role.getKeyPermissionList().stream()
                    .filter(each -> !each.getKey().equals(request.getKey())
                            || !each.getRangeEnd().equals(request.getRangeEnd()))
                    .toList();
            if (left.size() == role.getKeyPermissionCount()) {
                return EtcdError.PERMISSION_NOT_GRANTED;
            }
            edit.putRole(role.toBuilder()
                    .clearKeyPermission()
                    .addAllKeyPermission(left)
                    .build());
            return null;
        }
    }

    /** The hash that the request carries in base64, padded; null if that is none. */
    private static @Nullable ByteString hashOf(String base64) {
        if (base64.length() % 4 != 0) {
            return null;
        }
        try {
            return ByteString.copyFrom(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }

    private static void requireNoPassword(String password) {
        if (!password.isEmpty()) {
            throw new IllegalArgumentException("a password must not come near the log");
        }
    }
}
