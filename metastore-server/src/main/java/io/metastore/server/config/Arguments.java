package io.metastore.server.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A command line in the syntax of Go's flag package: {@code --x=v}, {@code --x v}, {@code -x v}; a boolean is set by naming
 * it and takes a value only behind {@code =}; the last of two wins; what is no flag, or {@code --}, ends the flags.
 *
 * <p>Read by hand, not by picocli: tools rely on these rules and on the texts of their errors (Go: flag.FlagSet.parseOne).
 */
public final class Arguments {
    private final Settings settings = new Settings();
    private boolean helpAsked;

    private Arguments() {}

    /** A command line that is no valid one: usage error, exit code 2. */
    public static final class UsageException extends Exception {
        private static final long serialVersionUID = 1;

        UsageException(String message) {
            super(message);
        }
    }

    /**
     * Reads a command line.
     *
     * @throws UsageException if a flag is unknown, lacks its value, or has one that is not of its kind
     * @throws ConfigException if something behind the flags is no flag
     */
    public static Arguments parse(List<String> line) throws UsageException, ConfigException {
        Arguments arguments = new Arguments();
        int next = 0;
        while (next < line.size() && !arguments.helpAsked) {
            String argument = line.get(next);
            if (argument.equals("--")) {
                next++;
                break;
            }
            if (argument.length() < 2 || argument.charAt(0) != '-') {
                break;
            }
            next++;
            next += arguments.take(argument, next < line.size() ? Optional.of(line.get(next)) : Optional.empty());
        }
        if (next < line.size() && !arguments.helpAsked) {
            throw new ConfigException("\"%s\" is not a valid flag".formatted(line.get(next)));
        }
        return arguments;
    }

    /** Takes one flag; answers how many arguments behind it belong to it. */
    private int take(String argument, Optional<String> following) throws UsageException {
        String text = argument.substring(argument.startsWith("--") ? 2 : 1);
        if (text.isEmpty() || text.charAt(0) == '-' || text.charAt(0) == '=') {
            throw new UsageException("bad flag syntax: " + argument);
        }
        int equals = text.indexOf('=');
        String name = equals < 0 ? text : text.substring(0, equals);
        Optional<FlagKind> kind = Settings.kindOf(name);
        if (kind.isEmpty()) {
            helpAsked = name.equals("help") || name.equals("h");
            if (helpAsked) {
                return 0;
            }
            throw new UsageException("flag provided but not defined: -" + name);
        }
        if (equals >= 0) {
            set(name, kind.get(), text.substring(equals + 1));
            return 0;
        }
        if (kind.get() == FlagKind.BOOL) {
            set(name, kind.get(), "true");
            return 0;
        }
        set(name, kind.get(), following.orElseThrow(() -> new UsageException("flag needs an argument: -" + name)));
        return 1;
    }

    private void set(String name, FlagKind kind, String value) throws UsageException {
        if (OldSpellings.LEGACY.contains(name)) {
            settings.set(name, value);
            return;
        }
        Optional<String> problem = kind.problemWith(value);
        if (problem.isPresent()) {
            throw new UsageException(
                    kind == FlagKind.BOOL
                            ? "invalid boolean value \"%s\" for -%s: %s".formatted(value, name, problem.get())
                            : "invalid value \"%s\" for flag -%s: %s".formatted(value, name, problem.get()));
        }
        settings.set(name, value);
    }

    public boolean isHelpAsked() {
        return helpAsked;
    }

    public boolean isVersionAsked() {
        return FlagKind.asBool(settings.valueOf(Flag.VERSION)).orElse(false);
    }

    Settings settings() {
        return settings;
    }

    Map<Flag, String> values() {
        return settings.values();
    }
}
