package io.metastore.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.metastore.api.rpc.HashKVRequest;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.SnapshotRequest;
import io.metastore.api.rpc.SnapshotResponse;
import io.metastore.server.config.ServerConfig.StorageEngine;
import io.metastore.storage.backup.SnapshotStatus;
import io.metastore.storage.bolt.BoltFile;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Maintenance.Snapshot as clients see it. */
@Timeout(60)
class SnapshotStreamTest {
    private static final int PART_BYTES = 32 << 10;
    private static final int KEYS = 100;

    @TempDir
    private Path directory;

    private EmbeddedMember member;
    private MaintenanceGrpc.MaintenanceBlockingStub maintenance;

    @BeforeEach
    void startMember() throws Exception {
        member = EmbeddedMember.start(directory.resolve("data"), StorageEngine.ROCKSDB);
        maintenance = MaintenanceGrpc.newBlockingStub(member.channel());
        for (int i = 0; i < KEYS; i++) {
            put("k" + i);
        }
    }

    @AfterEach
    void stopMember() {
        member.close();
    }

    @Test
    void sendsADatabaseInPartsAndThenItsChecksum() throws Exception {
        List<SnapshotResponse> parts = new ArrayList<>();
        maintenance.snapshot(SnapshotRequest.getDefaultInstance()).forEachRemaining(parts::add);

        SnapshotResponse last = parts.remove(parts.size() - 1);
        ByteArrayOutputStream database = new ByteArrayOutputStream();
        long total = parts.get(0).getRemainingBytes() + PART_BYTES;
        for (SnapshotResponse part : parts) {
            part.getBlob().writeTo(database);
            assertThat(part.getRemainingBytes()).isEqualTo(total - database.size());
            assertThat(part.getVersion()).isEqualTo("3.7.0");
            assertThat(part.hasHeader()).isFalse();
        }
        assertThat(parts.subList(0, parts.size() - 1))
                .allSatisfy(part -> assertThat(part.getBlob().size()).isEqualTo(PART_BYTES));
        assertThat(last.getRemainingBytes()).isZero();
        assertThat(last.getBlob().toByteArray())
                .isEqualTo(MessageDigest.getInstance("SHA-256").digest(database.toByteArray()));
        assertThat(database.size() % 512).isZero();

        Path file = Files.write(directory.resolve("snapshot.db"), database.toByteArray());
        try (BoltFile opened = BoltFile.open(file)) {
            SnapshotStatus status = SnapshotStatus.of(opened);
            assertThat(status.totalKeys()).isEqualTo(KEYS);
            assertThat(status.revision()).isEqualTo(KEYS + 1);
        }
    }

    @Test
    void aClientThatDoesNotReadHoldsUpNobody() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        ClientCall<SnapshotRequest, SnapshotResponse> stalled =
                member.channel().newCall(MaintenanceGrpc.getSnapshotMethod(), CallOptions.DEFAULT);
        stalled.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(SnapshotResponse part) {
                        begun.countDown();
                    }
                },
                new Metadata());
        stalled.sendMessage(SnapshotRequest.getDefaultInstance());
        stalled.halfClose();
        stalled.request(1);
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

        put("meanwhile");
        // On the thread that makes snapshots.
        assertThat(maintenance.hashKV(HashKVRequest.getDefaultInstance()).getHashRevision())
                .isEqualTo(KEYS + 2);
        int parts = 0;
        for (var rest = maintenance.snapshot(SnapshotRequest.getDefaultInstance()); rest.hasNext(); rest.next()) {
            parts++;
        }
        assertThat(parts).isGreaterThan(KEYS);

        stalled.cancel("has seen enough", null);
        assertThat(maintenance.hashKV(HashKVRequest.getDefaultInstance()).getHashRevision())
                .isEqualTo(KEYS + 2);
    }

    /** More than the transport holds. */
    private void put(String key) {
        KVGrpc.newBlockingStub(member.channel())
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFrom(new byte[50_000]))
                        .build());
    }
}
