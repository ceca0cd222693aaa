package io.metastore.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchRequest;
import io.metastore.api.rpc.WatchResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Watch calls through real channels. */
@Timeout(60)
class WatchServiceTest {
    private WatchServerFixture server;

    private WatchServerFixture server() throws Exception {
        server = new WatchServerFixture();
        return server;
    }

    @AfterEach
    void stop() throws Exception {
        assertThat(server.fatal).isEmpty();
        server.close();
    }

    private static WatchCreateRequest.Builder everything() {
        ByteString zero = ByteString.copyFrom(new byte[1]);
        return WatchCreateRequest.newBuilder().setKey(zero).setRangeEnd(zero);
    }

    private static void eventually(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest(name = "over the network: {0}")
    @ValueSource(booleans = {false, true})
    void eventsArriveInOrderWithAllHeaderFields(boolean overNetwork) throws Exception {
        server().put("a", "0");
        WatchCall call = WatchCall.open(server.channel(overNetwork));
        call.create("a");

        WatchResponse created = call.next();
        assertThat(created.getCreated()).isTrue();
        assertThat(created.getHeader())
                .isEqualTo(ResponseHeader.newBuilder()
                        .setClusterId(0xc1)
                        .setMemberId(0xab)
                        .setRevision(2)
                        .setRaftTerm(7)
                        .build());
        server.put("a", "1");
        WatchResponse first = call.next();
        assertThat(first.getHeader().getRevision()).isEqualTo(3);
        assertThat(first.getEvents(0).getKv().getValue().toStringUtf8()).isEqualTo("1");
        server.put("b", "1");
        server.delete("a");
        WatchResponse second = call.next();
        assertThat(second.getEvents(0).getType()).isEqualTo(Event.EventType.DELETE);
        assertThat(second.getEvents(0).getKv().getModRevision()).isEqualTo(5);
    }

    @ParameterizedTest(name = "over the network: {0}")
    @ValueSource(booleans = {false, true})
    void everyEventArrivesOnceWhileWritesGoOn(boolean overNetwork) throws Exception {
        server();
        List<WatchCall> calls = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            calls.add(WatchCall.open(server.channel(overNetwork)));
        }
        int writes = 3000;
        for (int i = 0; i < writes; i++) {
            if (i % 300 == 0) {
                for (WatchCall call : calls) {
                    call.create(everything().setStartRevision(i % 600 == 0 ? 1 : 0));
                }
            }
            server.put("key" + i % 7, "v" + i);
        }
        for (WatchCall call : calls) {
            long[] next = new long[10];
            int done = 0;
            while (done < 10) {
                WatchResponse response = call.next();
                int id = (int) response.getWatchId();
                if (response.getCreated()) {
                    next[id] = id % 2 == 0 ? 2 : response.getHeader().getRevision() + 1;
                }
                for (Event event : response.getEventsList()) {
                    assertThat(event.getKv().getModRevision()).isEqualTo(next[id]++);
                }
                done += next[id] == writes + 2 ? 1 : 0;
            }
        }
        assertThat(server.hub.slowWatchers()).isZero();
    }

    @Test
    void aHalfClosedCallStillListens() throws Exception {
        WatchCall call = WatchCall.open(server().channel(true));
        call.create("a");
        call.halfClose();
        call.next();
        server.put("a", "1");

        assertThat(call.next().getEventsCount()).isEqualTo(1);
    }

    @ParameterizedTest(name = "over the network: {0}")
    @ValueSource(booleans = {false, true})
    void aCanceledCallFreesItsWatches(boolean overNetwork) throws Exception {
        WatchCall call = WatchCall.open(server().channel(overNetwork));
        call.create("a");
        call.create(everything());
        call.next();
        call.next();
        assertThat(server.hub.watchers()).isEqualTo(2);
        call.cancel();

        eventually(() -> server.hub.watchers() == 0 && server.hub.streams() == 0);
        assertThat(call.end().getCode()).isEqualTo(Status.Code.CANCELLED);
    }

    @Test
    void cancelAndProgressAreAnswered() throws Exception {
        WatchCall call = WatchCall.open(server().channel(true));
        call.create("a");
        call.create("b");
        call.cancelWatch(0);
        call.cancelWatch(99);
        call.send(WatchRequest.getDefaultInstance());
        call.requestProgress();

        assertThat(call.next().getCreated()).isTrue();
        assertThat(call.next().getWatchId()).isEqualTo(1);
        WatchResponse canceled = call.next();
        assertThat(canceled.getCanceled()).isTrue();
        assertThat(canceled.getWatchId()).isZero();
        WatchResponse progress = call.next();
        assertThat(progress.getWatchId()).isEqualTo(-1);
        assertThat(progress.getHeader().getRevision()).isEqualTo(1);
    }

    @Test
    void largeRevisionsAreSplitForThoseWhoAsk() throws Exception {
        server = new WatchServerFixture(WatchAccess.OPEN, Duration.ofMinutes(10), 300);
        for (int i = 0; i < 10; i++) {
            server.put("a" + i, "v".repeat(100));
        }
        WatchCall call = WatchCall.open(server.channel(true));
        call.create(everything().setStartRevision(1).setFragment(true));
        call.next();
        int events = 0;
        WatchResponse piece;
        do {
            piece = call.next();
            assertThat(piece.getSerializedSize()).isLessThan(300);
            events += piece.getEventsCount();
            assertThat(piece.getFragment()).isEqualTo(events < 10);
        } while (piece.getFragment());
        assertThat(events).isEqualTo(10);
    }

    @Test
    void aTooLargeRequestEndsTheCall() throws Exception {
        server = new WatchServerFixture(WatchAccess.OPEN, Duration.ofMinutes(10), 300);
        WatchCall call = WatchCall.open(server.channel(true));
        call.create("k".repeat(400));

        Status status = call.end();
        assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(status.getDescription()).startsWith("grpc: received message larger than max (");
    }

    @Test
    void quietWatchesAreToldTheRevisionPeriodically() throws Exception {
        server = new WatchServerFixture(WatchAccess.OPEN, Duration.ofMillis(100), 2 << 20);
        WatchCall call = WatchCall.open(server.channel(true));
        call.create(everything().setProgressNotify(true));
        call.next();

        WatchResponse progress = call.next();
        assertThat(progress.getWatchId()).isZero();
        assertThat(progress.getEventsCount()).isZero();
        assertThat(progress.getHeader().getRevision()).isEqualTo(1);
    }

    @Test
    void theAccessHookRefuses() throws Exception {
        Metadata.Key<String> user = Metadata.Key.of("user", Metadata.ASCII_STRING_MARSHALLER);
        WatchAccess access = (call, metadata) -> range -> "root".equals(metadata.get(user)) ? null : "denied";
        server = new WatchServerFixture(access, Duration.ofMinutes(10), 2 << 20);
        WatchCall call = WatchCall.open(server.channel(true));
        call.create("a");

        WatchResponse refused = call.next();
        assertThat(refused.getCanceled()).isTrue();
        assertThat(refused.getWatchId()).isEqualTo(-1);
        assertThat(refused.getCancelReason()).isEqualTo("denied");
    }

    // ---- leader

    private WatchCall callThatNeedsALeader() {
        Metadata metadata = new Metadata();
        metadata.put(UnaryCalls.HAS_LEADER, "true");
        return WatchCall.open(ClientInterceptors.intercept(
                server.channel(true), MetadataUtils.newAttachHeadersInterceptor(metadata)));
    }

    @Test
    void aCallThatNeedsALeaderIsRefusedWithoutOne() throws Exception {
        server().leaderKnown.set(false);
        Status status = callThatNeedsALeader().end();

        assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(status.getDescription()).isEqualTo("etcdserver: no leader");
    }

    @Test
    void aCallThatNeedsALeaderEndsAfterThreeChecksWithoutOne() throws Exception {
        server();
        WatchCall needs = callThatNeedsALeader();
        needs.create("a");
        needs.next();
        WatchCall indifferent = WatchCall.open(server.channel(true));
        indifferent.create("a");
        indifferent.next();

        server.leaderKnown.set(false);
        server.monitor.check();
        server.monitor.check();
        server.leaderKnown.set(true);
        server.monitor.check();
        server.leaderKnown.set(false);
        server.monitor.check();
        server.monitor.check();
        server.put("a", "1");
        assertThat(needs.next().getEventsCount()).isEqualTo(1);
        server.monitor.check();

        assertThat(needs.end().getDescription()).isEqualTo("etcdserver: no leader");
        server.put("a", "2");
        assertThat(indifferent.next().getEventsCount()).isEqualTo(1);
        eventually(() -> server.hub.watchers() == 1);
    }

    @Test
    void aStoppingServerEndsAllCalls() throws Exception {
        WatchCall call = WatchCall.open(server().channel(true));
        call.create("a");
        call.next();
        server.service.close();

        assertThat(call.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        eventually(() -> server.hub.streams() == 0);
    }

    // ---- slow readers

    @ParameterizedTest(name = "over the network: {0}")
    @ValueSource(booleans = {false, true})
    void aReaderThatStopsIsBoundedAndCompleteWhenItReadsAgain(boolean overNetwork) throws Exception {
        WatchCall slow = WatchCall.openWithoutReading(server().channel(overNetwork));
        slow.create(everything());
        WatchCall healthy = WatchCall.open(server.channel(overNetwork));
        healthy.create(everything());
        healthy.next();
        eventually(() -> server.hub.watchers() == 2);
        int writes = 10_000;
        String value = "v".repeat(2000);
        long received = 0;
        for (int i = 0; i < writes; i++) {
            server.put("key" + i % 5, value);
            if (i % 100 == 0) {
                while (received <= i) {
                    received += healthy.next().getEventsCount(); // not held up by its neighbour
                }
            }
        }
        assertThat(server.hub.pendingBytes()).isLessThan(8 << 20);
        assertThat(slow.unread()).isZero();

        long next = 2;
        slow.read(1);
        assertThat(slow.next().getCreated()).isTrue();
        while (next < writes + 2) {
            slow.read(1);
            for (Event event : slow.next().getEventsList()) {
                assertThat(event.getKv().getModRevision()).isEqualTo(next++);
            }
        }
        eventually(() -> server.hub.slowWatchers() == 0 && server.hub.pendingBytes() == 0);
    }

    @Test
    void aClientThatReadsNoAnswersIsNotReadEither() throws Exception {
        WatchCall rude = WatchCall.openWithoutReading(server().channel(true));
        for (int i = 0; i < 9_000; i++) {
            rude.create("a");
        }
        eventually(() -> server.hub.watchers() > 1_000);
        WatchCall polite = WatchCall.open(server.channel(true));
        polite.create("b");
        polite.next();
        assertThat(server.hub.watchers()).isLessThan(8_000);

        rude.read(9_000);
        for (int i = 0; i < 9_000; i++) {
            assertThat(rude.next().getWatchId()).isEqualTo(i);
        }
    }
}
