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
    static @Nullable Proposal claim(@Nullable Closure done) {
        return done instanceof ProposalClosure closure && closure.end() ? closure.proposal : null;
    }

    void fail(RaftException why) {
        if (end()) {
            proposal.failed(why);
        }
    }

    /** Makes room for other proposals: who is answered finds it made. */
    private boolean end() {
        if (!compareAndSet(false, true)) {
            return false;
        }
        inFlightBytes.addAndGet(-bytes);
        return true;
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
                        ? new RaftException.Refused(reasonOf(status), status.getErrorMsg())
                        : new RaftException.OutcomeUnknown(status.toString()));
    }

    private static RaftException.Reason reasonOf(Status status) {
        String message = status.getErrorMsg();
        return message != null && message.contains("transferring")
                ? RaftException.Reason.NOT_LEADER
                : RaftException.Reason.BUSY;
    }
}
