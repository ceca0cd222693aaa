package io.metastore.server.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the operator set: by command line and {@code ETCD_*} environment, or by a configuration file alone.
 *
 * <p>As in etcd a file excludes everything else, a flag and its environment variable together are an error, and an unknown
 * {@code ETCD_*} variable is only a warning (etcd: server/etcdmain/config.go, pkg/flags).
 */
public final class Options {
    /** Read by etcd's tooling, or elsewhere; never worth a warning. */
    private static final String UNSUPPORTED_ARCH = "ETCD_UNSUPPORTED_ARCH";

    private final Map<Flag, String> values;
    private final List<String> warnings;
    private final Optional<Path> file;

    private Options(Map<Flag, String> values, List<String> warnings, Optional<Path> file) {
        this.values = values;
        this.warnings = new ArrayList<>(warnings);
        this.file = file;
        warnOfWhatDoesNotCount();
    }

    public static Options of(Map<Flag, String> values) {
        Map<Flag, String> copy = new EnumMap<>(Flag.class);
        copy.putAll(values);
        return new Options(copy, List.of(), Optional.empty());
    }

    /**
     * Adds the environment to a command line, or reads the file that either of them names.
     *
     * @throws ConfigException if a flag and its variable are both set, a variable's value is not of its flag's kind, or the
     *     file cannot be read
     */
    public static Options of(Arguments arguments, Map<String, String> environment) throws ConfigException {
        Settings settings = arguments.settings();
        String file = settings.valueOf(Flag.CONFIG_FILE);
        if (file.isEmpty()) {
            file = environment.getOrDefault(Flag.CONFIG_FILE.environmentName(), "");
        }
        if (!file.isEmpty()) {
            Path path = Path.of(file);
            Settings read = ConfigFile.read(path);
            return new Options(read.values(), read.warnings(), Optional.of(path));
        }
        addEnvironment(settings, environment);
        return new Options(settings.values(), settings.warnings(), Optional.empty());
    }

    private static void addEnvironment(Settings settings, Map<String, String> environment) throws ConfigException {
        List<String> problems = new ArrayList<>();
        EnumMap<Flag, String> asked = new EnumMap<>(settings.values());
        for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
            String name = variable.getKey();
            String value = variable.getValue();
            if (!name.startsWith("ETCD_") || name.equals(UNSUPPORTED_ARCH)) {
                continue;
            }
            if (name.equals(Flag.VERSION.environmentName())) {
                settings.warn("cannot set special environment variable " + name);
                continue;
            }
            Optional<Flag> flag = Flag.ofVariable(name);
            if (flag.isPresent() && asked.containsKey(flag.get())) {
                problems.add("conflicting environment variable %s is shadowed by corresponding command-line flag --%s"
                                .formatted(name, flag.get().flagName())
                        + " (either unset environment variable or disable flag)");
                continue;
            }
            String flagName = flag.map(Flag::flagName)
                    .orElse(name.substring("ETCD_".length())
                            .toLowerCase(java.util.Locale.ROOT)
                            .replace('_', '-'));
            Optional<FlagKind> kind = Settings.kindOf(flagName);
            if (kind.isEmpty() || value.isEmpty()) {
                settings.warn("unrecognized environment variable " + name);
                continue;
            }
            Optional<String> problem = kind.get().problemWith(value);
            if (problem.isPresent()) {
                problems.add("invalid value \"%s\" for %s: %s".formatted(value, name, problem.get()));
            } else {
                settings.set(flagName, value);
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    private void warnOfWhatDoesNotCount() {
        for (Map.Entry<Flag, String> option : values.entrySet()) {
            FlagEffect effect = option.getKey().effect();
            if (effect.kind() == FlagEffect.Kind.NONE && differsFromDefault(option.getKey())) {
                warnings.add("--%s has no effect: %s".formatted(option.getKey().flagName(), effect.why()));
            }
        }
        PeerDoor.withoutEffect(this)
                .forEach(flag ->
                        warnings.add("--%s has no effect: --peer-auto-tls verifies nobody".formatted(flag.flagName())));
        if (isSet(Flag.MAX_SNAPSHOTS)) {
            warnings.add("--max-snapshots is deprecated in 3.6 and will be decommissioned in 3.8.");
        }
        if (isSet(Flag.FEATURE_GATES)
                && FeatureGates.problemWith(get(Flag.FEATURE_GATES)).isEmpty()) {
            FeatureGates gates = FeatureGates.parse(get(Flag.FEATURE_GATES));
            for (FeatureGates.Gate gate : FeatureGates.Gate.values()) {
                if (gate.effect().kind() == FlagEffect.Kind.NONE && gates.isOn(gate) != gate.byDefault()) {
                    warnings.add("feature gate %s has no effect: %s"
                            .formatted(gate.gateName(), gate.effect().why()));
                }
            }
        }
    }

    /** What is set that this server would have to ignore, though less would be safe then than was asked for. */
    List<String> refusals() {
        List<String> refusals = new ArrayList<>();
        for (Flag flag : values.keySet()) {
            if (flag.effect().kind() == FlagEffect.Kind.REFUSED && differsFromDefault(flag)) {
                refusals.add("--%s cannot be set: %s"
                        .formatted(flag.flagName(), flag.effect().why()));
            }
        }
        return refusals;
    }

    private boolean differsFromDefault(Flag flag) {
        String value = get(flag);
        if (flag.kind() == FlagKind.BOOL) {
            return !FlagKind.asBool(value).equals(FlagKind.asBool(flag.defaultValue()));
        }
        if (flag.kind() == FlagKind.DURATION) {
            return !GoDuration.parse(value).equals(GoDuration.parse(flag.defaultValue()));
        }
        return !value.equals(flag.defaultValue());
    }

    public String get(Flag flag) {
        return values.getOrDefault(flag, flag.defaultValue());
    }

    public boolean isSet(Flag flag) {
        return values.containsKey(flag);
    }

    /** The file that these were read from, if they were. */
    public Optional<Path> file() {
        return file;
    }

    /** What the operator set, without defaults. */
    public Map<Flag, String> values() {
        return Collections.unmodifiableMap(values);
    }

    /** What the operator should know of what he set; to be logged once. */
    public List<String> warnings() {
        return Collections.unmodifiableList(warnings);
    }
}
