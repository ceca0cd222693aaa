package io.metastore.server.grpc;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
import io.metastore.api.WatchCancelReason;
import io.metastore.api.rpc.AuthUserDeleteRequest;
import io.metastore.api.rpc.Permission;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchResponse;
import io.metastore.server.config.Flag;
import io.metastore.server.config.ServerConfig.StorageEngine;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a watch may see: asked when it is created, and again whenever users or roles change. */
@Timeout(60)
class AuthWatchTest {
    private EmbeddedMember member;
    private AuthFixture users;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        member = EmbeddedMember.start(directory, StorageEngine.MEMORY, Map.of(Flag.BCRYPT_COST, "4"));
        users = new AuthFixture(member.channel()).setUp();
    }

    @AfterEach
    void stop() {
        member.close();
    }

    @Test
    void rangeOutsideThePermissionsIsRefused() throws Exception {
        users.enable();
        WatchCall alice = WatchCall.open(users.alice());

        expectRefused(create(alice, "a", "c"), WatchCancelReason.PERMISSION_DENIED);
        expectRefused(create(alice, "a", "\0"), WatchCancelReason.PERMISSION_DENIED);
        assertThat(create(alice, "a", "b").getCanceled()).isFalse();
        assertThat(create(alice, "r", "s").getCanceled()).isFalse();
        alice.cancel();
    }

    @Test
    void whoIsNobodyIsToldSo() throws Exception {
        users.enable();
        WatchCall anonymous = WatchCall.open(users.anonymous());
        expectRefused(create(anonymous, "a", "b"), WatchCancelReason.USER_EMPTY);
        WatchCall garbage = WatchCall.open(users.as("garbage"));
        expectRefused(create(garbage, "a", "b"), WatchCancelReason.INVALID_AUTH_TOKEN);
        anonymous.cancel();
        garbage.cancel();
    }

    @Test
    void watchEndsWithThePermissionItNeedsAndOthersGoOn() throws Exception {
        users.enable();
        WatchCall alice = WatchCall.open(users.alice());
        long lost = create(alice, "r", "s").getWatchId();
        long kept = create(alice, "a", "b").getWatchId();

        users.revoke("r", "r", "s");

        expectWithdrawn(alice.next(), lost, WatchCancelReason.PERMISSION_DENIED);
        long revision = AuthFixture.put(users.root(), "a1");
        WatchResponse event = alice.next();
        assertThat(event.getWatchId()).isEqualTo(kept);
        assertThat(event.getHeader().getRevision()).isEqualTo(revision);
        alice.cancel();
    }

    @Test
    void nothingIsSeenOnceThePermissionIsGone() throws Exception {
        users.enable();
        WatchCall alice = WatchCall.open(users.alice());
        long watch = create(alice, "r", "s").getWatchId();
        users.revoke("r", "r", "s");
        AuthFixture.put(users.root(), "r-secret");
        users.grant("r", Permission.Type.READ, "r", "s");

        expectWithdrawn(alice.next(), watch, WatchCancelReason.PERMISSION_DENIED);
        assertThat(create(alice, "r", "s").getEventsCount()).isZero();
        assertThat(alice.unread()).isZero();
        alice.cancel();
    }

    @Test
    void watchEndsWithItsUser() throws Exception {
        users.enable();
        WatchCall alice = WatchCall.open(users.alice());
        long watch = create(alice, "a", "b").getWatchId();

        var deleted = users.auth()
                .userDelete(AuthUserDeleteRequest.newBuilder().setName("alice").build());

        assertThat(deleted.hasHeader()).isTrue();
        expectWithdrawn(alice.next(), watch, WatchCancelReason.PERMISSION_DENIED);
        alice.cancel();
    }

    /** Clients watch for months; their tokens last for minutes. */
    @Test
    void watchOutlivesItsToken() throws Exception {
        users.enable();
        WatchCall alice = WatchCall.open(users.alice());
        create(alice, "a", "b");
        var changed = users.auth()
                .userChangePassword(io.metastore.api.rpc.AuthUserChangePasswordRequest.newBuilder()
                        .setName("alice")
                        .setPassword("other")
                        .build());

        assertThat(changed.hasHeader()).isTrue();
        AuthFixture.put(users.root(), "a1");
        assertThat(alice.next().getEventsCount()).isEqualTo(1);
        expectRefused(create(alice, "a", "b"), WatchCancelReason.INVALID_AUTH_TOKEN);
        alice.cancel();
    }

    @Test
    void watchFromBeforeAuthWasOnEndsUnlessItMayBe() throws Exception {
        Channel root = users.anonymous();
        WatchCall anonymous = WatchCall.open(root);
        long watch = create(anonymous, "a", "b").getWatchId();

        users.enable();

        expectWithdrawn(anonymous.next(), watch, WatchCancelReason.USER_EMPTY);
        anonymous.cancel();
    }

    @Test
    void negativeStartComesBeforeThePermission() throws Exception {
        users.enable();
        WatchCall alice = WatchCall.open(users.alice());
        alice.create(WatchCreateRequest.newBuilder().setKey(copyFromUtf8("z")).setStartRevision(-1));

        expectRefused(alice.next(), WatchCancelReason.NEGATIVE_START);
        alice.cancel();
    }

    private static WatchResponse create(WatchCall call, String key, String end) throws InterruptedException {
        call.create(WatchCreateRequest.newBuilder().setKey(copyFromUtf8(key)).setRangeEnd(copyFromUtf8(end)));
        WatchResponse created = call.next();
        assertThat(created.getCreated()).isTrue();
        return created;
    }

    private static void expectRefused(WatchResponse response, WatchCancelReason reason) {
        assertThat(response.getCreated()).isTrue();
        expectWithdrawn(response.toBuilder().setCreated(false).build(), -1, reason);
    }

    private static void expectWithdrawn(WatchResponse response, long watchId, WatchCancelReason reason) {
        assertThat(response.getCreated()).isFalse();
        assertThat(response.getCanceled()).isTrue();
        assertThat(response.getWatchId()).isEqualTo(watchId);
        assertThat(response.getCancelReason()).isEqualTo(reason.text());
        assertThat(response.getCompactRevision()).isZero();
        assertThat(response.getEventsCount()).isZero();
        assertThat(response.getHeader().getRevision()).isPositive();
    }
}
