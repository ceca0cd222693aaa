package io.metastore.server.process.history;

/** A promise that a history breaks, and where. */
public record Violation(Rule rule, String detail) {

    public enum Rule {
        REVISIONS_HAVE_NO_GAP,
        EVENT_BELONGS_TO_ONE_CALL,
        ACKNOWLEDGED_IS_NEVER_LOST,
        APPLIED_AT_MOST_ONCE,
        REFUSED_HAS_NO_EFFECT,
        EFFECT_IS_AS_REQUESTED,
        ANSWER_IS_TRUE,
        REAL_TIME_ORDER,
        SERIALIZABLE_READS_DO_NOT_GO_BACK,
        WATCH_IS_ORDERED,
        WATCH_IS_COMPLETE,
        WATCH_IS_ATOMIC,
        WATCH_STARTS_WHERE_ASKED,
        WATCH_PROGRESS_IS_A_BOOKMARK,
        REGISTER_IS_LINEARIZABLE,
        LINEARIZABILITY_IS_DECIDED,
        LEASE_DOES_NOT_END_EARLY,
        LEASE_ENDS,
        LEASE_LEAVES_NO_GHOST,
        MEMBERS_AGREE,
        MAJORITY_SERVES,
        MINORITY_DOES_NOT_ANSWER,
        SERVES_AFTER_HEALING,
        MEMBER_STAYS_UP,
        DAMAGE_IS_REPORTED,
    }

    @Override
    public String toString() {
        return rule + ": " + detail;
    }
}
