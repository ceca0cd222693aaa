package io.metastore.server.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.api.EtcdError;
import io.metastore.server.metrics.Metrics;
import io.metastore.server.metrics.RequestMetrics;
import io.metastore.storage.state.Outcome;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class CommandProposalTest {
    private final List<Throwable> told = new ArrayList<>();
    private final LongAdder failures = new LongAdder();

    private CommandProposal proposalOf(Executor origin) {
        return new CommandProposal(
                ByteBuffer.allocate(0),
                1,
                List.of(),
                List.of(new OutcomeListener() {
                    @Override
                    public void applied(Outcome outcome) {
                        throw new AssertionError("nothing was applied");
                    }

                    @Override
                    public void failed(Throwable why) {
                        told.add(why);
                    }
                }),
                LoopContext.shared(origin),
                0,
                (proposal, why) -> {},
                failures,
                new RequestMetrics(new Metrics()));
    }

    @Test
    void aFailureIsToldOnceOnTheThreadWhereItBegan() {
        List<Runnable> queued = new ArrayList<>();
        CommandProposal proposal = proposalOf(queued::add);

        proposal.failOnOrigin(EtcdError.TIMEOUT.exception());
        proposal.failOnOrigin(EtcdError.STOPPED.exception());
        assertThat(told).isEmpty();
        queued.forEach(Runnable::run);

        assertThat(told).hasSize(1);
        assertThat(proposal.isSettled()).isTrue();
        assertThat(failures.sum()).isOne();
    }

    @Test
    void whoBeganOnAThreadThatHasEndedIsGone() {
        CommandProposal proposal = proposalOf(task -> {
            throw new RejectedExecutionException("ended");
        });

        proposal.failOnOrigin(EtcdError.STOPPED.exception());

        assertThat(told).isEmpty();
        assertThat(proposal.isSettled()).isTrue();
    }
}
