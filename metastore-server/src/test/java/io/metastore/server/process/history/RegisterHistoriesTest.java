package io.metastore.server.process.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.server.process.history.Call.Outcome;
import io.metastore.server.process.history.Violation.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RegisterHistoriesTest {

    private static final ByteString KEY = ByteString.copyFromUtf8("r/0");

    @Test
    void anUnansweredWriteCountsIfItIsInTheLog() {
        Call lost = new Call("1-1", 1, 0, put("1-1.0"), 1, 2, Outcome.UNKNOWN, null);
        EventLog log = new EventLog();
        log.add(Event.newBuilder()
                .setKv(KeyValue.newBuilder()
                        .setKey(KEY)
                        .setValue(ByteString.copyFromUtf8("1-1.0"))
                        .setModRevision(2))
                .build());
        Call seen = read("1-1.0");

        assertThat(check(List.of(lost, seen), log, Duration.ofSeconds(5)).violations())
                .isEmpty();
        assertThat(check(List.of(lost, seen), new EventLog(), Duration.ofSeconds(5))
                        .violations())
                .extracting(Violation::rule)
                .containsExactly(Rule.REGISTER_IS_LINEARIZABLE);
    }

    @Test
    void searchesThatAreGivenUpTooOftenFailTheRun() {
        List<Call> calls = new ArrayList<>();
        EventLog log = new EventLog();
        for (int i = 0; i < 40; i++) {
            calls.add(new Call("1-" + i, 1, 0, put("1-" + i + ".0"), 1, 2, Outcome.UNKNOWN, null));
            log.add(Event.newBuilder()
                    .setKv(KeyValue.newBuilder()
                            .setKey(KEY)
                            .setValue(ByteString.copyFromUtf8("1-" + i + ".0"))
                            .setModRevision(2 + i))
                    .build());
        }
        calls.add(read("nobody wrote this"));

        RegisterHistories histories = check(calls, log, Duration.ofMillis(50));

        assertThat(histories.undecided()).isEqualTo(1);
        assertThat(histories.violations()).extracting(Violation::rule).containsExactly(Rule.LINEARIZABILITY_IS_DECIDED);
    }

    private static RegisterHistories check(List<Call> calls, EventLog log, Duration bound) {
        return RegisterHistories.check(calls, log, "r/", bound);
    }

    private static PutRequest put(String value) {
        return PutRequest.newBuilder()
                .setKey(KEY)
                .setValue(ByteString.copyFromUtf8(value))
                .build();
    }

    private static Call read(String value) {
        return new Call(
                "2-1",
                2,
                0,
                RangeRequest.newBuilder().setKey(KEY).build(),
                3,
                4,
                Outcome.OK,
                RangeResponse.newBuilder()
                        .addKvs(KeyValue.newBuilder()
                                .setKey(KEY)
                                .setVersion(1)
                                .setValue(ByteString.copyFromUtf8(value)))
                        .build());
    }
}
