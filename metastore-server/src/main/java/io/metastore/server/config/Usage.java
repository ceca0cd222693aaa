package io.metastore.server.config;

/** What the command says of itself: in short after a usage error, at length when it is asked. */
public final class Usage {
    private static final String SHORT = """
            Usage:

              etcd [flags]
                Start a member.

              etcd --version
                Tell the version.

              etcd -h | --help
                Tell what each flag is for.

              etcd --config-file <path>
                Read the settings from a YAML or JSON file; other flags and the environment are ignored then.
                Durations are written as whole nanoseconds there (600000000000 for 10m).
            """;

    private Usage() {}

    public static String brief() {
        return SHORT;
    }

    /** All flags in etcd's groups, each with its default. */
    public static String full() {
        StringBuilder text = new StringBuilder(SHORT);
        for (FlagGroup group : FlagGroup.values()) {
            if (group == FlagGroup.START) {
                continue;
            }
            text.append('\n').append(group.title()).append(":\n");
            for (Flag flag : Flag.values()) {
                if (flag.group() == group) {
                    describe(text, flag);
                }
            }
        }
        return text.toString();
    }

    private static void describe(StringBuilder text, Flag flag) {
        String shown = flag == Flag.DATA_DIR ? "${name}.etcd" : flag.defaultValue();
        text.append("  --%s '%s'%n    %s%n".formatted(flag.flagName(), shown, flag.description()));
        switch (flag.effect().kind()) {
            case SERVED -> {}
            case NONE ->
                text.append("    Has no effect: %s.%n".formatted(flag.effect().why()));
            case REFUSED ->
                text.append("    Cannot be set: %s.%n".formatted(flag.effect().why()));
        }
        if (flag == Flag.FEATURE_GATES) {
            for (FeatureGates.Gate gate : FeatureGates.Gate.values()) {
                text.append("    %s=true|false (default=%b)%n".formatted(gate.gateName(), gate.byDefault()));
            }
        }
    }
}
