package io.metastore.server.process.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.PutResponse;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.server.process.history.Call.Outcome;
import io.metastore.server.process.history.Violation.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two keys of a lease of two seconds, granted at 0 and kept alive at 1 s; they go at revision 4. */
@Timeout(60)
class LeaseCheckerTest {

    private static final long SECOND = 1_000_000_000L;
    private static final long LEASE = 77;
    private static final LeaseUse USE = new LeaseUse(LEASE, 2, List.of(0L, SECOND), Long.MAX_VALUE);

    private final EventLog log = new EventLog();
    private final List<Call> calls = new ArrayList<>();

    LeaseCheckerTest() {
        put("a", 2);
        put("b", 3);
    }

    @Test
    void aLeaseThatEndsInTimeIsNotAccused() {
        delete("a", 4);
        delete("b", 4);

        assertThat(LeaseChecker.check(List.of(USE), log, Map.of(4L, 3 * SECOND)))
                .isEmpty();
        assertThat(RevisionChecker.check(calls, log, Set.of(LEASE))).isEmpty();
    }

    @Test
    void anEarlyEndIsFound() {
        delete("a", 4);
        delete("b", 4);

        assertThat(LeaseChecker.check(List.of(USE), log, Map.of(4L, 3 * SECOND - 1)))
                .extracting(Violation::rule)
                .containsExactly(Rule.LEASE_DOES_NOT_END_EARLY);
    }

    @Test
    void aRevokedLeaseMayEndAtOnce() {
        delete("a", 4);
        delete("b", 4);
        LeaseUse revoked = new LeaseUse(LEASE, 2, USE.confirmedNanos(), SECOND + 5);

        assertThat(LeaseChecker.check(List.of(revoked), log, Map.of(4L, SECOND + 5)))
                .isEmpty();
        assertThat(LeaseChecker.check(List.of(revoked), log, Map.of(4L, SECOND + 4)))
                .extracting(Violation::rule)
                .containsOnly(Rule.LEASE_DOES_NOT_END_EARLY);
    }

    @Test
    void keysThatDoNotGoTogetherAreFound() {
        delete("a", 4);
        delete("b", 5);

        assertThat(RevisionChecker.check(calls, log, Set.of(LEASE)))
                .extracting(Violation::rule)
                .contains(Rule.EVENT_BELONGS_TO_ONE_CALL);
    }

    @Test
    void theEndOfALeaseThatMustNotEndIsFound() {
        delete("a", 4);
        delete("b", 4);

        assertThat(RevisionChecker.check(calls, log, Set.of()))
                .extracting(Violation::rule)
                .containsExactly(Rule.EVENT_BELONGS_TO_ONE_CALL);
    }

    @Test
    void aGhostIsFound() {
        delete("a", 4);
        delete("b", 4);
        put("a", 5);

        assertThat(LeaseChecker.check(List.of(USE), log, Map.of(4L, 3 * SECOND)))
                .extracting(Violation::rule)
                .containsExactly(Rule.LEASE_LEAVES_NO_GHOST);
    }

    private void put(String key, long revision) {
        String id = "1-" + revision;
        PutRequest request = PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8(id + ".0"))
                .setLease(LEASE)
                .build();
        log.add(Event.newBuilder()
                .setKv(KeyValue.newBuilder()
                        .setKey(request.getKey())
                        .setValue(request.getValue())
                        .setLease(LEASE)
                        .setVersion(1)
                        .setCreateRevision(revision)
                        .setModRevision(revision))
                .build());
        calls.add(new Call(
                id,
                1,
                0,
                request,
                revision * 10,
                revision * 10 + 1,
                Outcome.OK,
                PutResponse.newBuilder()
                        .setHeader(ResponseHeader.newBuilder().setRevision(revision))
                        .build()));
    }

    private void delete(String key, long revision) {
        log.add(Event.newBuilder()
                .setType(Event.EventType.DELETE)
                .setKv(KeyValue.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setModRevision(revision))
                .build());
    }
}
