package io.metastore.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.bench.FakeEtcd;
import io.metastore.bench.http2.Endpoint;
import io.metastore.bench.http2.LoadClient;
import io.metastore.bench.load.LoadTarget;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CrewTest {
    private final Progress progress = new Progress(new PrintWriter(Writer.nullWriter()), false, System::nanoTime);

    private Phase run(FakeEtcd etcd, Plan plan, Script script) {
        try (LoadTarget target = LoadTarget.of(new LoadClient(), Endpoint.parse(etcd.endpoint()), 1, 0)) {
            return new Session(target, "", progress).run("load", plan, Collections.nCopies(plan.workers(), script));
        }
    }

    /** However late a worker gets to an operation, its time runs from when it was due. */
    @Test
    void operationsOfAnOpenLoopAreDueAtEqualDistances() throws Exception {
        List<Long> due = new ArrayList<>();
        try (FakeEtcd etcd = new FakeEtcd()) {
            Phase phase = run(etcd, new Plan(1, 50, Duration.ofSeconds(30), 10_000), (number, startNanos) -> {
                due.add(startNanos);
                return List.of(Request.put(Session.bytes("k" + number), Session.bytes("v")));
            });

            assertThat(phase.failures()).isEmpty();
            assertThat(phase.tally().operations()).isEqualTo(50);
        }
        for (int i = 1; i < due.size(); i++) {
            assertThat(due.get(i) - due.get(0)).isEqualTo(i * 100_000L);
        }
    }

    @Test
    void aTimeAndARateMakeANumberOfOperations() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd()) {
            Phase phase = run(
                    etcd,
                    new Plan(3, 0, Duration.ofMillis(200), 500),
                    (number, startNanos) -> List.of(Request.get(Session.bytes("k"))));

            assertThat(phase.tally().operations()).isEqualTo(100);
        }
    }

    @Test
    void aNumberOfOperationsThatDoesNotFitTheTimeIsSaid() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd()) {
            Phase phase = run(
                    etcd,
                    new Plan(1, 100_000_000, Duration.ofMillis(50), 0),
                    (number, startNanos) -> List.of(Request.get(Session.bytes("k"))));

            assertThat(phase.failures()).containsExactly("not done within 0 s");
        }
    }

    @Test
    @SuppressWarnings("try") // closed in the middle: that is the point
    void theConnectionsEndFailsWhoeverWorksOnIt() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd()) {
            Phase phase = run(etcd, new Plan(4, 0, Duration.ofSeconds(30), 0), (number, startNanos) -> {
                if (number == 10) {
                    etcd.close();
                }
                return List.of(Request.get(Session.bytes("k")));
            });

            assertThat(phase.failures()).containsExactly("4 of 4 workers lost their connection");
            assertThat(phase.tally().errors().byCode()).containsKey("UNAVAILABLE");
        }
    }

    /** The second call of an operation is only made when the first went well. */
    @Test
    void aFailedCallEndsItsOperation() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd(FakeEtcd.Fault.FAILED_PUTS)) {
            Phase phase = run(
                    etcd,
                    new Plan(2, 5, Duration.ofSeconds(30), 0),
                    (number, startNanos) -> List.of(
                            Request.put(Session.bytes("k"), Session.bytes("v")), Request.get(Session.bytes("k"))));

            assertThat(phase.tally().operations()).isZero();
            assertThat(phase.tally().calls()).isZero();
            assertThat(phase.tally().errors().byCode()).containsEntry("RESOURCE_EXHAUSTED", 10L);
        }
    }

    @Test
    void aWrongAnswerIsAnError() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd()) {
            Phase phase = run(
                    etcd,
                    new Plan(1, 3, Duration.ofSeconds(30), 0),
                    (number, startNanos) -> List.of(Request.get(Session.bytes("k"), Session.bytes("v"))));

            assertThat(phase.tally().errors().byText()).containsEntry("WRONG_ANSWER: the key is missing", 3L);
        }
    }
}
