package io.metastore.server.config;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How the process logs (etcd: server/embed/config_logging.go). For the process alone: a member inside another program logs
 * through SLF4J, and what becomes of that is the program's.
 *
 * @param level the least level that is written: debug, info, warn, error, panic or fatal
 * @param outputs {@code stderr}, {@code stdout} or paths of files
 * @param rotation for the one file among them; empty if it only grows
 */
public record LogConfig(String level, Format format, List<String> outputs, Optional<LogRotation> rotation) {
    /** What a line looks like. */
    public enum Format {
        JSON,
        CONSOLE
    }

    private static final String DEFAULT = "default";
    private static final String JOURNAL = "systemd/journal";
    private static final Set<String> LEVELS = Set.of("debug", "info", "warn", "error", "panic", "fatal");

    public LogConfig {
        outputs = List.copyOf(outputs);
    }

    static LogConfig from(Options options, List<String> problems) {
        String logger = options.get(Flag.LOGGER);
        if (logger.equals("capnslog")) {
            problems.add("--logger=capnslog is removed in v3.5");
        } else if (!logger.equals("zap")) {
            problems.add("unknown logger option \"%s\"".formatted(logger));
        }
        String level = options.get(Flag.LOG_LEVEL);
        if (!LEVELS.contains(level)) {
            problems.add("unrecognized level: \"%s\"".formatted(level));
        }
        List<String> outputs = outputs(options.get(Flag.LOG_OUTPUTS), problems);
        Optional<LogRotation> rotation = Optional.empty();
        if (FlagKind.asBool(options.get(Flag.ENABLE_LOG_ROTATION)).orElse(false)) {
            if (outputs.stream().filter(LogConfig::isFile).count() != 1) {
                problems.add("--log-outputs requires a single file path when --log-rotate-config-json is defined");
            }
            rotation = LogRotation.parse(options.get(Flag.LOG_ROTATION_CONFIG_JSON), problems);
        }
        return new LogConfig(level, format(options.get(Flag.LOG_FORMAT), problems), outputs, rotation);
    }

    private static Format format(String name, List<String> problems) {
        return switch (name) {
            case "json" -> Format.JSON;
            case "console" -> Format.CONSOLE;
            default -> {
                problems.add("unknown log format: %s, supported values json, console".formatted(name));
                yield Format.JSON;
            }
        };
    }

    private static List<String> outputs(String list, List<String> problems) {
        List<String> named = List.of(list.split(",", -1)).stream()
                .map(String::trim)
                .filter(name -> !name.isEmpty())
                .distinct()
                .toList();
        if (named.size() > 1 && named.contains(DEFAULT)) {
            problems.add("multi logoutput for \"default\" is not supported yet");
        }
        if (named.isEmpty()) {
            return List.of("stderr");
        }
        // What a service writes to its standard error goes to the journal anyway.
        return named.stream()
                .map(name -> name.equals(DEFAULT) || name.equals(JOURNAL) ? "stderr" : name)
                .distinct()
                .toList();
    }

    /** Is this output a file? */
    public static boolean isFile(String output) {
        return !output.equals("stderr") && !output.equals("stdout");
    }
}
