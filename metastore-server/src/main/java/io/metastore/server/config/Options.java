package io.metastore.server.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What the operator set, each with where it came from: command line and {@code ETCD_*} environment.
 *
 * <p>As in etcd a flag and its environment variable together are an error, an unknown flag is an error with exit code 2,
 * an unknown {@code ETCD_*} variable only a warning (etcd: server/etcdmain/config.go, pkg/flags).
 */
public final class Options {
    /** Set by etcd's tooling, or read elsewhere; never worth a warning. */
    private static final List<String> SILENT = List.of("ETCD_UNSUPPORTED_ARCH", "ETCD_VERSION");

    private final Map<Flag, String> values;
    private final List<String> warnings;

    private Options(Map<Flag, String> values, List<String> warnings) {
        this.values = values;
        this.warnings = List.copyOf(warnings);
    }

    /** A command line that is no valid one: usage error, exit code 2. */
    public static final class UsageException extends Exception {
        private static final long serialVersionUID = 1;

        UsageException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    public static Options of(Map<Flag, String> values) {
        return new Options(new EnumMap<>(values), List.of());
    }

    /**
     * Reads Go-style flags ({@code --x=v}, {@code --x v}, {@code -x v}; the last one wins) and the environment.
     *
     * @throws UsageException if an argument is no flag of ours
     * @throws ConfigException if a flag and its variable are both set
     */
    public static Options parse(List<String> arguments, Map<String, String> environment)
            throws UsageException, ConfigException {
        Map<Flag, String> values = fromArguments(arguments);
        List<String> warnings = new ArrayList<>();
        List<String> conflicts = new ArrayList<>();
        for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
            if (!variable.getKey().startsWith("ETCD_") || SILENT.contains(variable.getKey())) {
                continue;
            }
            Optional<Flag> flag = forVariable(variable.getKey());
            if (flag.isEmpty()) {
                warnings.add("unrecognized environment variable " + variable.getKey());
            } else if (values.containsKey(flag.get())) {
                conflicts.add("conflicting environment variable %s is shadowed by corresponding command-line flag --%s"
                        .formatted(variable.getKey(), flag.get().flagName()));
            } else {
                values.put(flag.get(), variable.getValue());
            }
        }
        if (!conflicts.isEmpty()) {
            throw new ConfigException(conflicts);
        }
        return new Options(values, warnings);
    }

    private static Optional<Flag> forVariable(String variable) {
        for (Flag flag : Flag.values()) {
            if (flag.environmentName().equals(variable)) {
                return Optional.of(flag);
            }
        }
        return Optional.empty();
    }

    private static Map<Flag, String> fromArguments(List<String> arguments) throws UsageException {
        CommandLine commandLine = new CommandLine(spec());
        commandLine.setOverwrittenOptionsAllowed(true);
        Map<Flag, String> values = new EnumMap<>(Flag.class);
        try {
            CommandLine.ParseResult result = commandLine.parseArgs(arguments.toArray(String[]::new));
            for (Flag flag : Flag.values()) {
                String option = "--" + flag.flagName();
                if (result.hasMatchedOption(option)) {
                    values.put(flag, result.matchedOptionValue(option, flag.defaultValue()));
                }
            }
        } catch (CommandLine.ParameterException unknown) {
            throw new UsageException(String.valueOf(unknown.getMessage()), unknown);
        }
        return values;
    }

    /** The command line as picocli sees it. */
    static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("metastore");
        for (Flag flag : Flag.values()) {
            OptionSpec.Builder option = OptionSpec.builder("--" + flag.flagName(), "-" + flag.flagName())
                    .type(String.class)
                    .paramLabel("'" + flag.defaultValue() + "'")
                    .description(flag.description());
            if (flag.isBoolean()) {
                option.arity("0..1").fallbackValue("true");
            } else {
                option.arity("1");
            }
            spec.addOption(option.build());
        }
        return spec;
    }

    /** The usage text, as {@code --help} shows it. */
    public static String usage() {
        return new CommandLine(spec()).getUsageMessage();
    }

    public String get(Flag flag) {
        return values.getOrDefault(flag, flag.defaultValue());
    }

    public boolean isSet(Flag flag) {
        return values.containsKey(flag);
    }

    /** What the operator set, without defaults. */
    public Map<Flag, String> values() {
        return Collections.unmodifiableMap(values);
    }

    public List<String> warnings() {
        return warnings;
    }
}
