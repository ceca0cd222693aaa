package io.metastore.server.config;

import java.util.List;

/** Reads booleans as Go's flags do. */
final class Bools {
    private Bools() {}

    static boolean of(Options options, Flag flag, List<String> problems) {
        return FlagKind.asBool(options.get(flag)).orElseGet(() -> {
            problems.add("--%s: expected true or false, found %s".formatted(flag.flagName(), options.get(flag)));
            return false;
        });
    }
}
