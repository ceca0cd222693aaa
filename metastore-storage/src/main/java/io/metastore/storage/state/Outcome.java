package io.metastore.storage.state;

import io.metastore.api.EtcdError;
import io.metastore.storage.mvcc.ResponseBody;

/** What applying a command led to. A rejection is agreed history too: every member rejects alike. */
public sealed interface Outcome {

    /**
     * The answer.
     *
     * @throws io.metastore.api.EtcdException if the command was rejected
     */
    Applied orThrow();

    /**
     * The command took effect.
     *
     * @param revision of the store after the command, for the header of the answer
     * @param body the answer behind its header
     */
    record Applied(long revision, ResponseBody body) implements Outcome {
        @Override
        public Applied orThrow() {
            return this;
        }
    }

    /** The command changed nothing. */
    record Rejected(EtcdError error) implements Outcome {
        @Override
        public Applied orThrow() {
            throw error.exception();
        }
    }
}
