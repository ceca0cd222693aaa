package io.metastore.server.compat.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random requests to the gateway: every service, in the many ways in which JSON lets one write the same, and broken ones. */
final class JsonRequests {
    private static final String[] KEYS = {"a", "b", "c", "d/1", "d/2", "\u00ff", ""};
    private static final String[] USERS = {"u1", "u2", "u<3>&", ""};
    private static final String[] ROLES = {"r1", "r2", ""};
    private static final int LEASES = 4;
    private static final String[] BROKEN_PATHS = {
        "/v3/nope",
        "/v3/kv/put/",
        "/v3/kv",
        "/v3//kv/put",
        "/v3",
        "/v4/x",
        "/v3/kv/put#a",
        "/v3/kv/rangestream",
        "/v3/%zz"
    };

    /**
     * A request.
     *
     * @param method of HTTP
     */
    record Request(String method, String path, Map<String, String> headers, byte[] body) {
        @Override
        public String toString() {
            String text = new String(body, UTF_8);
            return method + " " + path + " " + headers + " " + text.substring(0, Math.min(text.length(), 2_000));
        }
    }

    private final Random random;
    private long revision = 1;

    JsonRequests(Random random) {
        this.random = random;
    }

    /** What the servers said their revision is: what is asked for is near it. */
    void revision(long now) {
        revision = now;
    }

    Request next() {
        Request valid = post(random.nextInt(100));
        return switch (random.nextInt(20)) {
            case 0, 1 -> mayBreak(valid.path()) ? broken(valid) : valid;
            case 2 ->
                new Request(
                        pick("GET", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"), valid.path(), Map.of(), bytes(""));
            case 3 -> new Request("POST", pick(BROKEN_PATHS), Map.of(), valid.body());
            case 4 -> new Request("POST", valid.path(), headers(), valid.body());
            default -> valid;
        };
    }

    private Map<String, String> headers() {
        return switch (random.nextInt(7)) {
            case 0 -> Map.of("TE", "trailers");
            case 1 -> Map.of("Content-Type", "text/xml", "Accept", "text/html");
            case 2 -> Map.of("Grpc-Timeout", pick("5", "S", "1x", "60S", "1H", "-1S", "0S"));
            case 3 -> Map.of("Grpc-Metadata-Hasleader", "true", "Origin", "http://a");
            case 4 -> Map.of("Grpc-Metadata-A-Bin", pick("***", "QUJD", "QU$D"));
            case 5 ->
                Map.of(
                        "Content-Type",
                        "application/x-www-form-urlencoded",
                        "X-HTTP-Method-Override",
                        pick("get", "Put"));
            default -> Map.of("Authorization", "garbage");
        };
    }

    private Request post(int kind) {
        if (kind < 20) {
            return post("/v3/kv/put", put());
        }
        if (kind < 40) {
            return post("/v3/kv/range", range());
        }
        if (kind < 48) {
            return post("/v3/kv/deleterange", delete());
        }
        if (kind < 63) {
            return post("/v3/kv/txn", txn(2));
        }
        if (kind < 65) {
            return post(
                    "/v3/kv/compaction", object(field("revision", number(nearRevision())), maybe("physical", bool())));
        }
        if (kind < 75) {
            return lease();
        }
        if (kind < 87) {
            return auth();
        }
        if (kind < 93) {
            return maintenance();
        }
        return queue();
    }

    private Request lease() {
        String prefix = random.nextBoolean() ? "/v3/lease/" : "/v3/kv/lease/";
        return switch (random.nextInt(5)) {
            case 0 -> post("/v3/lease/grant", object(field("ID", number(lease1())), field("TTL", number(ttl()))));
            case 1 -> post(prefix + "revoke", object(field("ID", number(lease1()))));
            case 2 -> post(prefix + "timetolive", object(field("ID", number(lease1())), maybe("keys", bool())));
            case 3 -> post(prefix + "leases", object());
            default -> post("/v3/lease/keepalive", keepAlives());
        };
    }

    /** Leases that do not end during the run. */
    private long ttl() {
        return random.nextInt(10) == 0 ? 9_000_000_001L : 100_000 + random.nextInt(1_000);
    }

    private String keepAlives() {
        StringBuilder all = new StringBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            // Of leases that are not there: what is left to live of the others is a matter of the moment.
            all.append(object(field("ID", number(1_000L + random.nextInt(5))))).append(pick("", " ", "\n"));
        }
        return all.toString();
    }

    private Request auth() {
        String user = quoted(pick(USERS));
        String role = quoted(pick(ROLES));
        return switch (random.nextInt(13)) {
            case 0, 1 ->
                post("/v3/auth/user/add", object(field("name", user), field("password", quoted(pick("p", "")))));
            case 2 -> post("/v3/auth/user/delete", object(field("name", user)));
            case 3 -> post("/v3/auth/user/get", object(field("name", user)));
            case 4 -> post("/v3/auth/user/grant", object(field("user", user), field("role", role)));
            case 5 -> post("/v3/auth/user/revoke", object(field("name", user), field("role", role)));
            case 6 -> post("/v3/auth/role/add", object(field("name", role)));
            case 7 -> post("/v3/auth/role/delete", object(field("role", role)));
            case 8 -> post("/v3/auth/role/get", object(field("role", role)));
            case 9 ->
                post(
                        "/v3/auth/role/grant",
                        object(
                                field("name", role),
                                field(
                                        "perm",
                                        object(
                                                maybe("permType", pick("\"READ\"", "\"WRITE\"", "2", "\"NONE\"")),
                                                field("key", key()),
                                                maybe("range_end", key())))));
            case 10 -> post("/v3/auth/role/revoke", object(field("role", role), field("key", key())));
            case 11 -> post("/v3/auth/authenticate", object(field("name", user), field("password", "\"p\"")));
            default -> post("/v3/auth/" + pick("status", "user/list", "role/list"), pick("", "{}"));
        };
    }

    private Request maintenance() {
        return switch (random.nextInt(5)) {
            case 0 -> post("/v3/maintenance/status", "{}");
            case 1 -> post("/v3/maintenance/hashkv", object(maybe("revision", number(nearRevision()))));
            case 2 ->
                post(
                        "/v3/maintenance/alarm",
                        object(maybe("action", pick("\"GET\"", "0")), maybe("memberID", "\"0\"")));
            case 3 -> post("/v3/cluster/member/list", object(maybe("linearizable", bool())));
            default -> post("/v3/auth/disable", "{}");
        };
    }

    /** Locks and elections that do not wait. */
    private Request queue() {
        return switch (random.nextInt(6)) {
            case 0 -> post("/v3/lock/unlock", object(field("key", key())));
            case 1 -> post("/v3/election/leader", object(field("name", key())));
            case 2 ->
                post(
                        "/v3/election/proclaim",
                        object(field(
                                "leader",
                                object(field("name", key()), field("key", key()), field("lease", number(lease1()))))));
            case 3 ->
                post(
                        "/v3/election/resign",
                        object(maybe("leader", object(field("key", key()), field("rev", "\"3\"")))));
            case 4 ->
                post(
                        "/v3/lock/lock",
                        object(field("name", base64("lock" + random.nextInt())), field("lease", number(lease1()))));
            default ->
                post(
                        "/v3/election/campaign",
                        object(
                                field("name", base64("e" + random.nextInt())),
                                field("value", key()),
                                field("lease", number(lease1()))));
        };
    }

    private String put() {
        return object(
                field("key", key()),
                maybe("value", base64("v" + random.nextInt(1_000))),
                random.nextInt(4) == 0 ? field("lease", number(lease1())) : "",
                maybe("prev_kv", bool()),
                random.nextInt(8) == 0 ? field("ignore_value", bool()) : "",
                random.nextInt(8) == 0 ? field("ignore_lease", bool()) : "");
    }

    private String range() {
        return object(
                field("key", key()),
                maybe("range_end", random.nextInt(3) == 0 ? "\"AA==\"" : key()),
                maybe("limit", number(random.nextInt(4))),
                random.nextInt(3) == 0 ? field("revision", number(nearRevision())) : "",
                // By keys alone: etcd's order of others that are equal is a matter of chance.
                maybe("sort_order", pick("\"ASCEND\"", "\"DESCEND\"", "\"NONE\"", "1", "2", "\"what\"", "9")),
                maybe("sort_target", pick("\"KEY\"", "0", "\"what\"", "17")),
                maybe("serializable", bool()),
                maybe("keys_only", bool()),
                maybe("count_only", bool()),
                random.nextInt(6) == 0 ? field("min_mod_revision", number(nearRevision())) : "",
                random.nextInt(6) == 0 ? field("max_create_revision", number(nearRevision())) : "");
    }

    private String delete() {
        return object(field("key", key()), maybe("range_end", key()), maybe("prev_kv", bool()));
    }

    private String txn(int depth) {
        return object(
                maybe("compare", list(this::compare)),
                maybe("success", list(() -> op(depth))),
                maybe("failure", list(() -> op(depth))));
    }

    private String compare() {
        String value =
                switch (random.nextInt(5)) {
                    case 0 -> field("version", number(random.nextInt(3)));
                    case 1 -> field("create_revision", number(nearRevision()));
                    case 2 -> field("mod_revision", number(nearRevision()));
                    case 3 -> field("value", base64("v" + random.nextInt(1_000)));
                    default -> field("lease", number(lease1()));
                };
        return object(
                field("key", key()),
                value,
                maybe("target", pick("\"VERSION\"", "\"CREATE\"", "\"MOD\"", "\"VALUE\"", "\"LEASE\"", "3")),
                maybe("result", pick("\"EQUAL\"", "\"GREATER\"", "\"LESS\"", "\"NOT_EQUAL\"", "0")),
                random.nextInt(5) == 0 ? field("range_end", key()) : "");
    }

    private String op(int depth) {
        return switch (random.nextInt(depth > 0 ? 8 : 7)) {
            case 0, 1, 2 -> object(field("request_put", put()));
            case 3, 4 -> object(field("request_range", range()));
            case 5 -> object(field("request_delete_range", delete()));
            case 6 -> random.nextInt(5) == 0 ? "{}" : object(field("request_put", put()));
            default -> object(field("request_txn", txn(depth - 1)));
        };
    }

    /** A request that is none any more, or another one; only where that changes nothing that time or chance decides. */
    private Request broken(Request valid) {
        byte[] body = valid.body().clone();
        if (body.length == 0) {
            return valid;
        }
        int at = random.nextInt(body.length);
        byte[] changed =
                switch (random.nextInt(4)) {
                    case 0 -> java.util.Arrays.copyOf(body, at);
                    case 1 -> {
                        body[at] = (byte) pick("{", "}", "[", "]", ",", ":", "\"", "\\", "0", "-", "x", "\n", "\u0001")
                                .charAt(0);
                        yield body;
                    }
                    case 2 -> {
                        body[at] = (byte) random.nextInt();
                        yield body;
                    }
                    default ->
                        bytes(new String(body, 0, at, UTF_8)
                                + pick("null", "1e3", "\"\\ud800\"", "{}", "[", "  ")
                                + new String(body, at, body.length - at, UTF_8));
                };
        return new Request("POST", valid.path(), valid.headers(), changed);
    }

    private static boolean mayBreak(String path) {
        return !path.startsWith("/v3/lease/grant")
                && !path.startsWith("/v3/lock/lock")
                && !path.startsWith("/v3/election/") // without its lease, one would be made
                && !path.startsWith("/v3/lease/keepalive")
                && !path.startsWith("/v3/kv/range");
    }

    private static Request post(String path, String body) {
        return new Request("POST", path, Map.of(), bytes(body));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private long lease1() {
        return random.nextInt(LEASES) + 1L;
    }

    private long nearRevision() {
        return Math.max(-1, revision - 6 + random.nextInt(8));
    }

    private String key() {
        return base64(pick(KEYS));
    }

    private String base64(String text) {
        byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        Base64.Encoder encoder = random.nextBoolean() ? Base64.getEncoder() : Base64.getUrlEncoder();
        return quoted((random.nextBoolean() ? encoder : encoder.withoutPadding()).encodeToString(bytes));
    }

    private static String quoted(String text) {
        return "\"" + text + "\"";
    }

    private String number(long value) {
        return switch (random.nextInt(4)) {
            case 0 -> Long.toString(value);
            case 1 -> value + ".0";
            default -> quoted(Long.toString(value));
        };
    }

    private String bool() {
        return random.nextInt(3) == 0 ? "false" : "true";
    }

    private String field(String name, String value) {
        return quoted(random.nextBoolean() ? name : camelCase(name)) + pick(":", ": ", " :") + value;
    }

    private String maybe(String name, String value) {
        return random.nextBoolean() ? "" : field(name, random.nextInt(12) == 0 ? "null" : value);
    }

    private static String camelCase(String name) {
        StringBuilder camel = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            boolean up = i > 0 && name.charAt(i - 1) == '_';
            if (name.charAt(i) != '_') {
                camel.append(up ? Character.toUpperCase(name.charAt(i)) : name.charAt(i));
            }
        }
        return camel.toString();
    }

    private String object(String... fields) {
        List<String> present = new ArrayList<>();
        for (String field : fields) {
            if (!field.isEmpty()) {
                present.add(field);
            }
        }
        if (random.nextInt(12) == 0) {
            present.add(random.nextInt(present.size() + 1), "\"not_there\":[{\"a\":null},1e9]");
        }
        return "{" + String.join(pick(",", ", ", " ,\n"), present) + "}";
    }

    private String list(java.util.function.Supplier<String> each) {
        List<String> all = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            all.add(each.get());
        }
        return "[" + String.join(",", all) + "]";
    }

    private String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
