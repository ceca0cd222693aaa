package io.metastore.raft;

import org.jspecify.annotations.Nullable;

/** What happened to a proposal or a read that did not succeed, and what that proves. No stack trace. */
public abstract sealed class RaftException extends Exception {

    private static final long serialVersionUID = 1L;

    private RaftException(String message, @Nullable Throwable cause) {
        super(message, cause, false, false);
    }

    /** Why nothing was done. */
    public enum Reason {
        /** This member does not lead, or is handing the lead over. */
        NOT_LEADER,
        /** Too much is on its way already. */
        BUSY,
        /** Nobody confirmed it in time. */
        TIMEOUT,
        /** The member has stopped, or cannot do it. */
        STOPPED
    }

    /** Nothing was appended, nothing will take effect. */
    public static final class Refused extends RaftException {

        private static final long serialVersionUID = 1L;

        private final Reason reason;

        public Refused(Reason reason, String message) {
            super(message, null);
            this.reason = reason;
        }

        public Reason reason() {
            return reason;
        }
    }

    /** It may have taken effect, or may yet. */
    public static final class OutcomeUnknown extends RaftException {

        private static final long serialVersionUID = 1L;

        public OutcomeUnknown(String message) {
            super(message, null);
        }

        public OutcomeUnknown(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
