package io.metastore.server.config;

import com.google.errorprone.annotations.Immutable;

/**
 * What setting a flag to something other than its default does here.
 *
 * @param why for the operator; empty where the flag does what its description says
 */
@Immutable
public record FlagEffect(Kind kind, String why) {
    /** Whether a flag that is set counts. */
    public enum Kind {
        SERVED,
        /** Accepted with a warning: what it tunes does not exist here, and nothing is weaker without it. */
        NONE,
        /** The member does not start: to ignore it would be less than the operator asked for, and he would not know. */
        REFUSED
    }

    static final FlagEffect SERVED = new FlagEffect(Kind.SERVED, "");

    static FlagEffect none(String why) {
        return new FlagEffect(Kind.NONE, why);
    }

    static FlagEffect refused(String why) {
        return new FlagEffect(Kind.REFUSED, why);
    }
}
