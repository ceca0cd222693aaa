package io.metastore.server.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * When a log file is full, and what becomes of it then (etcd: gopkg.in/natefinch/lumberjack.v2).
 *
 * @param maxBytes size at which a new file begins, above 0
 * @param maxAgeDays full files older than this are deleted; 0 is never
 * @param maxBackups so many full files are kept; 0 is all
 * @param localTime whether full files are named by local time, not UTC
 * @param compress whether full files are compressed
 */
public record LogRotation(long maxBytes, int maxAgeDays, int maxBackups, boolean localTime, boolean compress) {
    private static final long DEFAULT_MEGABYTES = 100;

    static Optional<LogRotation> parse(String json, List<String> problems) {
        Object parsed;
        try {
            parsed = new Load(LoadSettings.builder().build()).loadFromString(json);
        } catch (YamlEngineException malformed) {
            parsed = null;
        }
        if (!(parsed instanceof Map<?, ?> keys)) {
            problems.add("improperly formatted log rotation config: " + json);
            return Optional.empty();
        }
        int before = problems.size();
        long megabytes = number(keys.get("maxsize"), "maxsize", problems);
        LogRotation rotation = new LogRotation(
                (megabytes == 0 ? DEFAULT_MEGABYTES : megabytes) << 20,
                (int) number(keys.get("maxage"), "maxage", problems),
                (int) number(keys.get("maxbackups"), "maxbackups", problems),
                bool(keys.get("localtime"), "localtime", problems),
                bool(keys.get("compress"), "compress", problems));
        return problems.size() == before ? Optional.of(rotation) : Optional.empty();
    }

    private static long number(@Nullable Object value, String key, List<String> problems) {
        if (value == null) {
            return 0;
        }
        if (value instanceof Integer number && number >= 0) {
            return number;
        }
        problems.add("invalid log rotation config: %s is %s".formatted(key, value));
        return 0;
    }

    private static boolean bool(@Nullable Object value, String key, List<String> problems) {
        if (value == null || value instanceof Boolean) {
            return Boolean.TRUE.equals(value);
        }
        problems.add("invalid log rotation config: %s is %s".formatted(key, value));
        return false;
    }
}
