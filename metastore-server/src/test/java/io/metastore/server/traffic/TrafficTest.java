package io.metastore.server.traffic;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.server.audit.Origin;
import io.metastore.server.traffic.TrafficReport.BusyClient;
import io.metastore.server.traffic.TrafficReport.HotKey;
import io.metastore.server.traffic.TrafficReport.Requests;
import io.metastore.storage.mvcc.Key;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import org.junit.jupiter.api.Test;

class TrafficTest {
    private static final Requests ONCE = new Requests(1, 1, 1);

    private long now;
    private final Traffic all = new Traffic(1, () -> now, () -> 42L);

    @Test
    void oneInSoManyIsDueAndNotAtRegularDistances() {
        Traffic some = new Traffic(64, () -> now, () -> 42L);
        int due = 0;
        int regular = 0;
        for (int i = 0; i < 640_000; i++) {
            if (some.isDue()) {
                due++;
                regular += i % 64 == 0 ? 1 : 0;
            }
        }

        assertThat(due).isBetween(9_500, 10_500);
        assertThat(regular).isLessThan(400);
        for (int i = 0; i < 10; i++) {
            assertThat(all.isDue()).isTrue();
        }
    }

    @Test
    void keysReadAndWrittenAreToldApart() {
        put("k", "10.0.0.1", 5);
        put("k", "10.0.0.1", 5);
        all.range(RangeRequest.newBuilder().setKey(copyFromUtf8("k")).build(), caller("10.0.0.1", 6, ""));
        all.deleteRange(
                DeleteRangeRequest.newBuilder()
                        .setKey(copyFromUtf8("a"))
                        .setRangeEnd(copyFromUtf8("b"))
                        .build(),
                caller("10.0.0.2", 7, ""));
        TrafficReport report = all.report(10);

        assertThat(report.samples()).isEqualTo(4);
        assertThat(report.writes())
                .containsExactly(
                        new HotKey(Key.of("k"), null, new Requests(2, 2, 2)),
                        new HotKey(Key.of("a"), Key.of("b"), ONCE));
        assertThat(report.reads()).containsExactly(new HotKey(Key.of("k"), null, ONCE));
    }

    @Test
    void clientsAreToldByAddressAndByConnection() {
        put("k", "10.0.0.1", 5);
        put("k", "10.0.0.1", 6);
        all.put(PutRequest.getDefaultInstance(), caller("::1", 5, "alice"));
        TrafficReport report = all.report(10);

        assertThat(report.clients())
                .containsExactlyInAnyOrder(
                        new BusyClient("10.0.0.1", "", "", new Requests(2, 2, 2)),
                        new BusyClient("[0:0:0:0:0:0:0:1]", "", "alice", ONCE));
        assertThat(report.connections())
                .extracting(BusyClient::address)
                .containsExactlyInAnyOrder("10.0.0.1:5", "10.0.0.1:6", "[0:0:0:0:0:0:0:1]:5");
    }

    @Test
    void aTransactionCountsForWhatItDoesIfItsComparesHold() {
        RequestOp put = RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder().setKey(copyFromUtf8("p")))
                .build();
        RequestOp get = RequestOp.newBuilder()
                .setRequestRange(RangeRequest.newBuilder().setKey(copyFromUtf8("g")))
                .build();
        all.txn(TxnRequest.newBuilder().addSuccess(put).addFailure(get).build(), caller("10.0.0.1", 5, ""));
        TrafficReport first = all.report(10);
        all.txn(TxnRequest.newBuilder().addFailure(get).build(), caller("10.0.0.1", 5, ""));

        assertThat(first.writes()).containsExactly(new HotKey(Key.of("p"), null, ONCE));
        assertThat(first.reads()).isEmpty();
        assertThat(all.report(10).reads()).containsExactly(new HotKey(Key.of("g"), null, ONCE));
    }

    @Test
    void memoryIsBounded() {
        ByteString longKey = ByteString.copyFrom(new byte[100_000]);
        all.put(PutRequest.newBuilder().setKey(longKey).build(), caller("10.0.0.1", 5, ""));
        RequestOp put = RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder().setKey(copyFromUtf8("p")))
                .build();
        all.txn(
                TxnRequest.newBuilder()
                        .addAllSuccess(Collections.nCopies(100, put))
                        .build(),
                caller("10.0.0.1", 5, ""));

        assertThat(all.report(10).writes())
                .containsExactlyInAnyOrder(
                        new HotKey(Key.of(new byte[KeyUse.MAX_KEY_BYTES]), null, ONCE),
                        new HotKey(Key.of("p"), null, new Requests(8, 8, 8)));

        for (int i = 0; i < 3 * Traffic.SLOTS; i++) {
            put("key" + i, "10.0.0.1", i);
        }
        TrafficReport report = all.report(Integer.MAX_VALUE);
        assertThat(report.lost()).isEqualTo(2 * Traffic.SLOTS);
        assertThat(report.writes()).hasSize(Traffic.KEYS);
        assertThat(report.connections()).hasSize(Traffic.CLIENTS);
    }

    @Test
    void whatIsOlderThanTwoMinutesIsForgotten() {
        put("old", "10.0.0.1", 5);
        all.collect();
        pass(Duration.ofSeconds(61));
        put("new", "10.0.0.1", 5);
        TrafficReport both = all.report(10);
        pass(Duration.ofSeconds(61));
        TrafficReport one = all.report(10);
        pass(Duration.ofSeconds(300));
        TrafficReport none = all.report(10);

        assertThat(both.writes()).hasSize(2);
        assertThat(both.time()).isEqualTo(Duration.ofSeconds(61));
        assertThat(one.writes()).extracting(HotKey::key).containsExactly(Key.of("new"));
        assertThat(none.writes()).isEmpty();
    }

    @Test
    void ofASampleBoundsAreToldThatGrowWithItsRoot() {
        assertThat(Requests.of(new HeavyHitters.Count<>("a", 100, 0), 64)).isEqualTo(new Requests(6400, 5120, 7808));
        assertThat(Requests.of(new HeavyHitters.Count<>("a", 3, 2), 64).atLeast())
                .isEqualTo(1);
    }

    private void put(String key, String address, int port) {
        all.put(PutRequest.newBuilder().setKey(copyFromUtf8(key)).build(), caller(address, port, ""));
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private static Traffic.Caller caller(String address, int port, String user) {
        Attributes connection = Attributes.newBuilder()
                .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, new InetSocketAddress(address, port))
                .build();
        return new Traffic.Caller() {
            @Override
            public Origin origin() {
                return Origin.of(connection, new Metadata());
            }

            @Override
            public String user() {
                return user;
            }
        };
    }
}
