package io.metastore.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads a configuration file: YAML, of which JSON is a part, with etcd's keys (etcd: server/embed/config.go, configYAML).
 *
 * <p>Keys are the names of flags, except for what etcd keeps in blocks: {@code client-transport-security},
 * {@code peer-transport-security}, {@code socket-options}, {@code discovery-config}. Values are strict, as in etcd: a number
 * where a text is expected is an error. Durations are whole nanoseconds; texts such as {@code 10m} are understood as well.
 *
 * <p>A key that nobody knows is ignored with a warning (etcd ignores it without one: its own sample file has such keys). One
 * inside a security block, and a security flag outside of its block, is refused: to ignore it would leave a door open.
 */
final class ConfigFile {
    private static final int MAX_BYTES = 1 << 20;
    private static final Set<String> YAML_1_1_TRUE = Set.of("yes", "on", "y");
    private static final Set<String> YAML_1_1_FALSE = Set.of("no", "off", "n");

    /** Security settings that etcd reads from a block only. */
    private static final Set<Flag> ONLY_IN_BLOCKS = Set.of(
            Flag.CERT_FILE,
            Flag.KEY_FILE,
            Flag.CLIENT_CERT_AUTH,
            Flag.CLIENT_CERT_FILE,
            Flag.CLIENT_KEY_FILE,
            Flag.CLIENT_CERT_ALLOWED_HOSTNAME,
            Flag.TRUSTED_CA_FILE,
            Flag.AUTO_TLS,
            Flag.PEER_CERT_FILE,
            Flag.PEER_KEY_FILE,
            Flag.PEER_CLIENT_CERT_AUTH,
            Flag.PEER_CLIENT_CERT_FILE,
            Flag.PEER_CLIENT_KEY_FILE,
            Flag.PEER_TRUSTED_CA_FILE,
            Flag.PEER_CERT_ALLOWED_CN,
            Flag.PEER_CERT_ALLOWED_HOSTNAME,
            Flag.PEER_AUTO_TLS,
            Flag.PEER_SKIP_CLIENT_SAN_VERIFICATION);

    private static final Map<String, Flag> CLIENT_SECURITY = Map.of(
            "cert-file", Flag.CERT_FILE,
            "key-file", Flag.KEY_FILE,
            "client-cert-file", Flag.CLIENT_CERT_FILE,
            "client-key-file", Flag.CLIENT_KEY_FILE,
            "client-cert-auth", Flag.CLIENT_CERT_AUTH,
            "trusted-ca-file", Flag.TRUSTED_CA_FILE,
            "auto-tls", Flag.AUTO_TLS,
            "allowed-hostname", Flag.CLIENT_CERT_ALLOWED_HOSTNAME);

    private static final Map<String, Flag> PEER_SECURITY = Map.of(
            "cert-file", Flag.PEER_CERT_FILE,
            "key-file", Flag.PEER_KEY_FILE,
            "client-cert-file", Flag.PEER_CLIENT_CERT_FILE,
            "client-key-file", Flag.PEER_CLIENT_KEY_FILE,
            "client-cert-auth", Flag.PEER_CLIENT_CERT_AUTH,
            "trusted-ca-file", Flag.PEER_TRUSTED_CA_FILE,
            "auto-tls", Flag.PEER_AUTO_TLS,
            "allowed-cn", Flag.PEER_CERT_ALLOWED_CN,
            "allowed-hostname", Flag.PEER_CERT_ALLOWED_HOSTNAME,
            "skip-client-san-verification", Flag.PEER_SKIP_CLIENT_SAN_VERIFICATION);

    private static final Map<String, Flag> SOCKET_OPTIONS =
            Map.of("reuse-port", Flag.SOCKET_REUSE_PORT, "reuse-address", Flag.SOCKET_REUSE_ADDRESS);

    private static final Map<String, Flag> DISCOVERY = Map.of("token", Flag.DISCOVERY_TOKEN);

    private final Settings settings = new Settings();
    private final List<String> problems = new ArrayList<>();

    private ConfigFile() {}

    /**
     * @throws ConfigException if the file cannot be read, is no YAML, or holds values that are not of their key's kind
     */
    static Settings read(Path file) throws ConfigException {
        ConfigFile reader = new ConfigFile();
        reader.takeAll(load(file));
        if (!reader.problems.isEmpty()) {
            throw new ConfigException(reader.problems.stream()
                    .map(problem -> file + ": " + problem)
                    .toList());
        }
        return reader.settings;
    }

    private static @Nullable Object load(Path file) throws ConfigException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new ConfigException("%s: a configuration file has at most %d bytes".formatted(file, MAX_BYTES));
            }
            // Of two equal keys the later one counts, as in etcd.
            LoadSettings syntax = LoadSettings.builder()
                    .setLabel(file.toString())
                    .setAllowDuplicateKeys(true)
                    .build();
            return new Load(syntax).loadFromString(Files.readString(file));
        } catch (NoSuchFileException missing) {
            throw new ConfigException("open %s: no such file or directory".formatted(file));
        } catch (IOException unreadable) {
            throw new ConfigException("open %s: %s".formatted(file, unreadable.getMessage()));
        } catch (YamlEngineException noYaml) {
            throw new ConfigException("%s is no YAML: %s".formatted(file, noYaml.getMessage()));
        }
    }

    private void takeAll(@Nullable Object document) {
        if (document == null) {
            return;
        }
        if (!(document instanceof Map<?, ?> keys)) {
            problems.add("expected keys and values, found " + nameOf(document));
            return;
        }
        keys.forEach((key, value) -> takeKey(String.valueOf(key), value));
    }

    private void takeKey(String key, @Nullable Object value) {
        switch (key) {
            case "client-transport-security" -> takeBlock(key, value, CLIENT_SECURITY, true);
            case "peer-transport-security" -> takeBlock(key, value, PEER_SECURITY, true);
            case "socket-options" -> takeBlock(key, value, SOCKET_OPTIONS, false);
            case "discovery-config" -> takeBlock(key, value, DISCOVERY, true);
            case "proxy" -> {
                // The v2 proxy is gone; what says so itself is fine (YAML 1.1 reads off as false).
                if (value != null && !Set.of("off", "false").contains(value.toString())) {
                    problems.add("proxy: the v2 proxy is not served");
                }
            }
            case "discovery" -> {
                if (value != null && !value.equals("")) {
                    problems.add("discovery: clusters are not discovered here");
                }
            }
            // No key of a file in etcd 3.7, which ignores it; files of older releases carry 'proxy'.
            case "discovery-fallback" -> {}
            default -> takeFlag(key, value);
        }
    }

    private void takeFlag(String key, @Nullable Object value) {
        Optional<Flag> flag = Flag.named(key);
        if (flag.isPresent() && ONLY_IN_BLOCKS.contains(flag.get())) {
            problems.add("%s belongs into the block %s-transport-security"
                    .formatted(key, key.startsWith("peer-") ? "peer" : "client"));
            return;
        }
        Optional<FlagKind> kind = Settings.kindOf(key);
        if (kind.isEmpty()
                || flag.filter(known -> known.group() == FlagGroup.START).isPresent()) {
            settings.warn("unrecognized key in the configuration file: " + key);
            return;
        }
        asText(key, kind.get(), value, listed(key)).ifPresent(text -> settings.set(key, text));
    }

    /** etcd takes these as lists and all other lists as texts with commas. */
    private static boolean listed(String key) {
        return key.equals("log-outputs") || key.equals("cipher-suites");
    }

    private void takeBlock(String block, @Nullable Object value, Map<String, Flag> keys, boolean strict) {
        if (value == null) {
            return;
        }
        if (!(value instanceof Map<?, ?> entries)) {
            problems.add("%s: expected keys and values, found %s".formatted(block, nameOf(value)));
            return;
        }
        entries.forEach((name, setting) -> {
            String key = block + "." + name;
            Flag flag = keys.get(String.valueOf(name));
            if (flag != null) {
                asText(key, flag.kind(), setting, flag.kind() == FlagKind.LIST)
                        .ifPresent(text -> settings.put(flag, text));
            } else if (!strict) {
                settings.warn("unrecognized key in the configuration file: " + key);
            } else if (setting != null && !setting.equals(false) && !setting.equals(List.of())) {
                problems.add("%s: no such setting here; known are %s"
                        .formatted(key, keys.keySet().stream().sorted().collect(Collectors.joining(", "))));
            }
        });
    }

    /** The value as a flag would have it; empty if it is left out or wrong. */
    private Optional<String> asText(String key, FlagKind kind, @Nullable Object value, boolean list) {
        if (value == null) {
            return Optional.empty();
        }
        if (list) {
            return listAsText(key, value);
        }
        Optional<String> text =
                switch (kind) {
                    case TEXT, LIST, URLS, GATES ->
                        value instanceof String given ? Optional.of(given) : mismatch(key, "a text (in quotes)", value);
                    case BOOL -> boolAsText(key, value);
                    case INT, UINT ->
                        value instanceof Number && !isFraction(value)
                                ? Optional.of(value.toString())
                                : mismatch(key, "a whole number", value);
                    case DURATION -> durationAsText(key, value);
                };
        Optional<String> problem = text.filter(given -> !given.isEmpty()).flatMap(kind::problemWith);
        problem.ifPresent(wrong -> problems.add("%s: %s: %s".formatted(key, wrong, value)));
        return problem.isPresent() ? Optional.empty() : text;
    }

    private Optional<String> boolAsText(String key, Object value) {
        if (value instanceof Boolean) {
            return Optional.of(value.toString());
        }
        // etcd reads YAML 1.1, where these are booleans too.
        String word = value.toString().toLowerCase(Locale.ROOT);
        if (YAML_1_1_TRUE.contains(word) || YAML_1_1_FALSE.contains(word)) {
            return Optional.of(String.valueOf(YAML_1_1_TRUE.contains(word)));
        }
        return mismatch(key, "true or false", value);
    }

    private Optional<String> durationAsText(String key, Object value) {
        if (value instanceof Number && !isFraction(value)) {
            return Optional.of(value + "ns");
        }
        return value instanceof String text ? Optional.of(text) : mismatch(key, "whole nanoseconds", value);
    }

    private Optional<String> listAsText(String key, Object value) {
        if (!(value instanceof List<?> parts)) {
            return mismatch(key, "a list", value);
        }
        return Optional.of(parts.stream().map(String::valueOf).collect(Collectors.joining(",")));
    }

    private Optional<String> mismatch(String key, String expected, Object value) {
        problems.add("%s: expected %s, found %s".formatted(key, expected, nameOf(value)));
        return Optional.empty();
    }

    private static boolean isFraction(Object value) {
        return value instanceof Double || value instanceof Float;
    }

    private static String nameOf(Object value) {
        if (value instanceof Map) {
            return "keys and values";
        }
        if (value instanceof List) {
            return "a list";
        }
        return value instanceof String ? "the text '%s'".formatted(value) : value.toString();
    }
}
