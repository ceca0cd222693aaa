package io.metastore.server.config;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Values as they are read from one source, under today's names; and what is to be said of the names. Not thread-safe. */
final class Settings {
    private final Map<Flag, String> values = new EnumMap<>(Flag.class);
    private final List<String> warnings = new ArrayList<>();

    /** The kind of values that a name of today or of earlier takes; empty if there is no such name. */
    static Optional<FlagKind> kindOf(String name) {
        Optional<Flag> flag = Flag.named(name);
        if (flag.isPresent()) {
            return flag.map(Flag::kind);
        }
        return OldSpellings.of(name).map(meaning -> {
            if (meaning instanceof OldSpellings.Meaning.Renamed renamed) {
                return renamed.flag().kind();
            }
            return meaning instanceof OldSpellings.Meaning.Ignored ignored ? ignored.kind() : FlagKind.BOOL;
        });
    }

    /** Sets what a known name stands for. A flag that is set again gets the later value, as in Go. */
    void set(String name, String value) {
        Optional<Flag> flag = Flag.named(name);
        if (flag.isPresent()) {
            values.put(flag.get(), value);
            return;
        }
        OldSpellings.Meaning meaning = OldSpellings.of(name).orElseThrow();
        if (meaning instanceof OldSpellings.Meaning.Renamed renamed) {
            warnings.add("--%s is called --%s since etcd 3.6"
                    .formatted(name, renamed.flag().flagName()));
            values.put(renamed.flag(), value);
        } else if (meaning instanceof OldSpellings.Meaning.Gated gated) {
            String gate = gated.gate().gateName() + "=" + value;
            warnings.add("--%s is --feature-gates=%s since etcd 3.6".formatted(name, gate));
            values.merge(Flag.FEATURE_GATES, gate, (before, more) -> before.isEmpty() ? more : before + "," + more);
        } else {
            warnings.add("--%s has no effect: it belongs to a part of etcd that is gone".formatted(name));
        }
    }

    void put(Flag flag, String value) {
        values.put(flag, value);
    }

    void warn(String warning) {
        warnings.add(warning);
    }

    boolean isSet(Flag flag) {
        return values.containsKey(flag);
    }

    String valueOf(Flag flag) {
        return values.getOrDefault(flag, flag.defaultValue());
    }

    Map<Flag, String> values() {
        return values;
    }

    List<String> warnings() {
        return warnings;
    }
}
