package io.metastore.server.grpc;

import static io.metastore.api.rpc.DowngradeRequest.DowngradeAction.CANCEL;
import static io.metastore.api.rpc.DowngradeRequest.DowngradeAction.ENABLE;
import static io.metastore.api.rpc.DowngradeRequest.DowngradeAction.VALIDATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.api.EtcdError;
import io.metastore.api.rpc.DowngradeRequest;
import io.metastore.api.rpc.DowngradeRequest.DowngradeAction;
import io.metastore.api.rpc.DowngradeResponse;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.SnapshotRequest;
import io.metastore.api.rpc.StatusRequest;
import io.metastore.api.rpc.StatusResponse;
import io.metastore.server.config.ServerConfig.StorageEngine;
import io.metastore.server.process.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Answers, refusals and their order are those of an etcd 3.7.3 that was asked the same. */
@Timeout(60)
class DowngradeTest {
    @TempDir
    Path directory;

    @Test
    void aDowngradeLowersTheVersionsUntilItIsCancelled() throws Exception {
        try (EmbeddedMember member = EmbeddedMember.start(directory, StorageEngine.ROCKSDB)) {
            assertThat(ask(member, VALIDATE, "3.6").getVersion()).isEqualTo("3.7");
            assertThat(ask(member, VALIDATE, "3.6").getHeader().getRevision()).isOne();
            refuses(member, VALIDATE, "v3.6", EtcdError.WRONG_DOWNGRADE_VERSION_FORMAT);
            refuses(member, ENABLE, "", EtcdError.WRONG_DOWNGRADE_VERSION_FORMAT);
            refuses(member, VALIDATE, "3.7", EtcdError.INVALID_DOWNGRADE_TARGET_VERSION);
            refuses(member, ENABLE, "3.5", EtcdError.INVALID_DOWNGRADE_TARGET_VERSION);
            assertThat(ask(member, CANCEL, "").getVersion()).isEqualTo("3.7");
            assertThatThrownBy(() -> stub(member)
                            .downgrade(DowngradeRequest.newBuilder()
                                    .setActionValue(7)
                                    .build()))
                    .hasMessageContaining(EtcdError.UNKNOWN_METHOD.text());
            assertThat(status(member).getDowngradeInfo().getEnabled()).isFalse();

            assertThat(ask(member, ENABLE, "3.6.4").getVersion()).isEqualTo("3.7");
            assertThat(status(member).getDowngradeInfo().getEnabled()).isTrue();
            assertThat(status(member).getDowngradeInfo().getTargetVersion()).isEqualTo("3.6.0");
            awaitStorageVersion(member, "3.6.0");
            refuses(member, VALIDATE, "3.6", EtcdError.INVALID_DOWNGRADE_TARGET_VERSION);
            refuses(member, ENABLE, "3.5", EtcdError.DOWNGRADE_IN_PROCESS);
            assertThat(stub(member)
                            .snapshot(SnapshotRequest.getDefaultInstance())
                            .next()
                            .getVersion())
                    .isEqualTo("3.6.0");
        }
        try (EmbeddedMember again = EmbeddedMember.start(directory, StorageEngine.ROCKSDB)) {
            assertThat(status(again).getStorageVersion()).isEqualTo("3.6.0");
            assertThat(status(again).getDowngradeInfo().getTargetVersion()).isEqualTo("3.6.0");
            assertThat(ask(again, CANCEL, "").getVersion()).isEqualTo("3.6");
            assertThat(status(again).getDowngradeInfo().getTargetVersion()).isEmpty();
            awaitStorageVersion(again, "3.7.0");
        }
    }

    private static void awaitStorageVersion(EmbeddedMember member, String version) {
        Eventually.await(Duration.ofSeconds(20), () -> "storage version is " + version, () -> status(member)
                .getStorageVersion()
                .equals(version));
    }

    private static void refuses(EmbeddedMember member, DowngradeAction action, String version, EtcdError error) {
        assertThatThrownBy(() -> ask(member, action, version)).hasMessageContaining(error.text());
    }

    private static DowngradeResponse ask(EmbeddedMember member, DowngradeAction action, String version) {
        return stub(member)
                .downgrade(DowngradeRequest.newBuilder()
                        .setAction(action)
                        .setVersion(version)
                        .build());
    }

    private static StatusResponse status(EmbeddedMember member) {
        return stub(member).status(StatusRequest.getDefaultInstance());
    }

    private static MaintenanceGrpc.MaintenanceBlockingStub stub(EmbeddedMember member) {
        return MaintenanceGrpc.newBlockingStub(member.channel());
    }
}
