package io.metastore.storage.auth;

import io.metastore.api.rpc.Role;
import io.metastore.api.rpc.User;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One change of users, roles or settings in the making: what there was, and what is to be different. */
final class AuthEdit {
    private final AuthState before;
    // A null is a deletion.
    private final Map<String, @Nullable User> users = new HashMap<>();
    private final Map<String, @Nullable Role> roles = new HashMap<>();
    private final Set<String> loggedOut = new HashSet<>();
    private boolean allLoggedOut;
    private boolean enabled;
    private long revision;

    AuthEdit(AuthState before) {
        this.before = before;
        this.enabled = before.enabled();
        this.revision = before.revision();
    }

    AuthState before() {
        return before;
    }

    void putUser(User user) {
        users.put(user.getName().toStringUtf8(), user);
        nextRevision();
    }

    void deleteUser(String name) {
        users.put(name, null);
        nextRevision();
    }

    void putRole(Role role) {
        roles.put(role.getName().toStringUtf8(), role);
        nextRevision();
    }

    /** The users that had it no longer have it. */
    void deleteRole(String name) {
        roles.put(name, null);
        for (User user : before.users().values()) {
            if (user.getRolesList().contains(name)) {
                users.put(user.getName().toStringUtf8(), withoutRole(user, name));
            }
        }
        nextRevision();
    }

    static User withoutRole(User user, String role) {
        return user.toBuilder()
                .clearRoles()
                .addAllRoles(user.getRolesList().stream()
                        .filter(each -> !each.equals(role))
                        .toList())
                .build();
    }

    /** Enabling is no change of what anybody may do, as etcd counts. */
    void enable() {
        enabled = true;
    }

    void disable() {
        enabled = false;
        allLoggedOut = true;
        nextRevision();
    }

    void logOut(String user) {
        loggedOut.add(user);
    }

    private void nextRevision() {
        revision = before.revision() + 1;
    }

    boolean isChanged() {
        return revision != before.revision() || enabled != before.enabled();
    }

    Map<String, @Nullable User> users() {
        return users;
    }

    Map<String, @Nullable Role> roles() {
        return roles;
    }

    Set<String> loggedOut() {
        return loggedOut;
    }

    boolean allLoggedOut() {
        return allLoggedOut;
    }

    AuthState result() {
        return new AuthState(enabled, revision, merged(before.users(), users), merged(before.roles(), roles));
    }

    private static <T> SortedMap<String, T> merged(SortedMap<String, T> before, Map<String, @Nullable T> changes) {
        if (changes.isEmpty()) {
            return before;
        }
        SortedMap<String, T> after = new TreeMap<>(Names.ORDER);
        after.putAll(before);
        changes.forEach((name, value) -> {
            if (value == null) {
                after.remove(name);
            } else {
                after.put(name, value);
            }
        });
        return after;
    }
}
