package io.metastore.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.metastore.api.rpc.AlarmRequest;
import io.metastore.api.rpc.AlarmType;
import io.metastore.api.rpc.ClusterGrpc;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.DefragmentRequest;
import io.metastore.api.rpc.HashKVRequest;
import io.metastore.api.rpc.HashRequest;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.MemberPromoteRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.SnapshotRequest;
import io.metastore.api.rpc.TxnRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** One of each call that leads to a series of its own, to a server that is alone. */
final class AllKindsOfCalls {
    private static final ByteString KEY = ByteString.copyFromUtf8("key");

    private AllKindsOfCalls() {}

    static void make(Channel channel, String endpoint) throws Exception {
        var kv = KVGrpc.newBlockingStub(channel);
        var maintenance = MaintenanceGrpc.newBlockingStub(channel);
        PutRequest put = PutRequest.newBuilder().setKey(KEY).build();
        RangeRequest range = RangeRequest.newBuilder().setKey(KEY).build();
        var unusedPut = kv.put(put);
        var unusedRange = kv.range(range);
        var unusedTxn = kv.txn(TxnRequest.newBuilder()
                .addSuccess(RequestOp.newBuilder().setRequestRange(range))
                .build());
        assertThat(catchThrowable(
                        () -> kv.range(range.toBuilder().setRevision(99).build())))
                .hasMessageContaining("future revision");
        assertThat(catchThrowable(() -> kv.put(put.toBuilder().setLease(7).build())))
                .hasMessageContaining("lease not found");
        var unusedCompaction = kv.compact(
                CompactionRequest.newBuilder().setRevision(2).setPhysical(true).build());
        var unusedLease = LeaseGrpc.newBlockingStub(channel)
                .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(100).build());
        for (AlarmRequest.AlarmAction action :
                new AlarmRequest.AlarmAction[] {AlarmRequest.AlarmAction.ACTIVATE, AlarmRequest.AlarmAction.DEACTIVATE
                }) {
            var unusedAlarm = maintenance.alarm(AlarmRequest.newBuilder()
                    .setAction(action)
                    .setAlarm(AlarmType.NOSPACE)
                    .setMemberID(7)
                    .build());
            var unusedScrape = Scrape.of(endpoint);
        }
        var unusedHash = maintenance.hash(HashRequest.getDefaultInstance());
        var unusedHashKv = maintenance.hashKV(HashKVRequest.getDefaultInstance());
        var unusedDefrag = maintenance.defragment(DefragmentRequest.getDefaultInstance());
        maintenance.snapshot(SnapshotRequest.getDefaultInstance()).forEachRemaining(part -> {});
        assertThat(catchThrowable(() -> ClusterGrpc.newBlockingStub(channel)
                        .memberPromote(
                                MemberPromoteRequest.newBuilder().setID(7).build())))
                .hasMessageContaining("member not found");
        get(endpoint, "/livez");
        get(endpoint, "/readyz/linearizable_read");
    }

    private static void get(String endpoint, String path) throws Exception {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://" + endpoint + path))
                                .timeout(Duration.ofSeconds(20))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
    }
}
