package io.metastore.raft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.error.RaftError;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** jraft's view of a {@link Proposal}. Ends once: applied, refused, or with nobody knowing. */
final class ProposalClosure extends AtomicBoolean implements Closure {

    private static final long serialVersionUID = 1L;

    private final transient Proposal proposal;
    private final transient AtomicLong inFlightBytes;
    private final int bytes;

    ProposalClosure(Proposal proposal, int bytes, AtomicLong inFlightBytes) {
        this.proposal = proposal;
        this.bytes = bytes;
        this.inFlightBytes = inFlightBytes;
    }

    /** The proposal behind jraft's closure, if it is still waited for; from now on it can only be applied. */
    static @Nullable ProposalClosure claim(@Nullable Closure done) {
        return done instanceof ProposalClosure closure && closure.compareAndSet(false, true) ? closure : null;
    }

    Proposal proposal() {
        return proposal;
    }

    /** Makes room for other proposals. Called when a claimed one was applied. */
    void release() {
        inFlightBytes.addAndGet(-bytes);
    }

    void fail(RaftException why) {
        if (compareAndSet(false, true)) {
            release();
            proposal.failed(why);
        }
    }

    @Override
    public void run(Status status) {
        if (status.isOk()) {
            return; // the state machine has answered
        }
        // Busy is said before anything is appended. All else proves nothing: "not leader" is also said to those
        // that were appended before the step-down.
        boolean neverAppended = status.getRaftError() == RaftError.EBUSY;
        fail(
                neverAppended
                        ? new RaftException.Refused(status.getErrorMsg())
                        : new RaftException.OutcomeUnknown(status.toString()));
    }
}
