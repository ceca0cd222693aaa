package io.metastore.storage.auth;

import static com.google.protobuf.ByteString.copyFromUtf8;

import com.google.protobuf.ByteString;
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
import io.metastore.api.rpc.UserAddOptions;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/**
 * Changes of auth, as one says them: {@code user add alice hash}, {@code user add-no-password bob},
 * {@code user password alice hash}, {@code user delete alice}, {@code user grant alice r}, {@code user revoke alice r},
 * {@code role add r}, {@code role delete r}, {@code role grant r read a-c}, {@code role revoke r a-c}, {@code enable},
 * {@code disable}. An underscore is nothing at all.
 */
public final class AuthChanges {
    private AuthChanges() {}

    public static AuthChange of(String text) {
        List<String> words = List.of(text.split(" "));
        return switch (words.size() == 1 ? text : words.get(0) + " " + words.get(1)) {
            case "enable" -> new AuthChange.Enable();
            case "disable" -> new AuthChange.Disable();
            case "user add" ->
                new AuthChange.AddUser(AuthUserAddRequest.newBuilder()
                        .setName(name(words, 2))
                        .setHashedPassword(base64(words.get(3)))
                        .build());
            case "user add-no-password" ->
                new AuthChange.AddUser(AuthUserAddRequest.newBuilder()
                        .setName(name(words, 2))
                        .setOptions(UserAddOptions.newBuilder().setNoPassword(true))
                        .build());
            case "user password" ->
                new AuthChange.ChangePassword(AuthUserChangePasswordRequest.newBuilder()
                        .setName(name(words, 2))
                        .setHashedPassword(base64(words.get(3)))
                        .build());
            case "user delete" ->
                new AuthChange.DeleteUser(AuthUserDeleteRequest.newBuilder()
                        .setName(name(words, 2))
                        .build());
            case "user grant" ->
                new AuthChange.GrantRole(AuthUserGrantRoleRequest.newBuilder()
                        .setUser(name(words, 2))
                        .setRole(name(words, 3))
                        .build());
            case "user revoke" ->
                new AuthChange.RevokeRole(AuthUserRevokeRoleRequest.newBuilder()
                        .setName(name(words, 2))
                        .setRole(name(words, 3))
                        .build());
            case "role add" ->
                new AuthChange.AddRole(
                        AuthRoleAddRequest.newBuilder().setName(name(words, 2)).build());
            case "role delete" ->
                new AuthChange.DeleteRole(AuthRoleDeleteRequest.newBuilder()
                        .setRole(name(words, 2))
                        .build());
            case "role grant" -> {
                var request = AuthRoleGrantPermissionRequest.newBuilder().setName(name(words, 2));
                if (words.size() > 3) {
                    request.setPerm(Permission.newBuilder()
                            .setPermType(Permission.Type.valueOf(words.get(3).toUpperCase(Locale.ROOT)))
                            .setKey(key(words.get(4)))
                            .setRangeEnd(end(words.get(4))));
                }
                yield new AuthChange.GrantPermission(request.build());
            }
            case "role revoke" ->
                new AuthChange.RevokePermission(AuthRoleRevokePermissionRequest.newBuilder()
                        .setRole(name(words, 2))
                        .setKey(key(words.get(3)))
                        .setRangeEnd(end(words.get(3)))
                        .build());
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static String name(List<String> words, int at) {
        return words.get(at).equals("_") ? "" : words.get(at);
    }

    private static String base64(String word) {
        return word.equals("_")
                ? ""
                : word.startsWith("!")
                        ? word
                        : Base64.getEncoder().encodeToString(word.getBytes(StandardCharsets.UTF_8));
    }

    private static ByteString key(String range) {
        String key = range.replaceAll("-.*", "");
        return key.equals("_") ? ByteString.EMPTY : copyFromUtf8(key);
    }

    private static ByteString end(String range) {
        int dash = range.indexOf('-');
        if (dash < 0) {
            return ByteString.EMPTY;
        }
        String end = range.substring(dash + 1);
        return end.isEmpty() ? ByteString.copyFrom(new byte[1]) : copyFromUtf8(end);
    }
}
