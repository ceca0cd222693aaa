package io.metastore.server.grpc;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static io.metastore.server.grpc.AuthFixture.ALICE_PASSWORD;
import static io.metastore.server.grpc.AuthFixture.ROOT_PASSWORD;
import static io.metastore.server.grpc.AuthFixture.failure;
import static io.metastore.server.grpc.AuthFixture.get;
import static io.metastore.server.grpc.AuthFixture.put;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.AuthGrpc;
import io.metastore.api.rpc.AuthRoleGetRequest;
import io.metastore.api.rpc.AuthRoleListRequest;
import io.metastore.api.rpc.AuthStatusRequest;
import io.metastore.api.rpc.AuthUserAddRequest;
import io.metastore.api.rpc.AuthUserChangePasswordRequest;
import io.metastore.api.rpc.AuthUserDeleteRequest;
import io.metastore.api.rpc.AuthUserGetRequest;
import io.metastore.api.rpc.AuthUserListRequest;
import io.metastore.api.rpc.AuthenticateRequest;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LeaseKeepAliveRequest;
import io.metastore.api.rpc.LeaseKeepAliveResponse;
import io.metastore.api.rpc.LeaseLeasesRequest;
import io.metastore.api.rpc.LeaseRevokeRequest;
import io.metastore.api.rpc.LeaseTimeToLiveRequest;
import io.metastore.api.rpc.LockGrpc;
import io.metastore.api.rpc.LockRequest;
import io.metastore.api.rpc.Permission;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.UserAddOptions;
import io.metastore.server.config.Flag;
import io.metastore.server.config.ServerConfig.StorageEngine;
import io.metastore.server.process.Eventually;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

@Timeout(60)
class AuthServiceTest {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final String DENIED = said(EtcdError.PERMISSION_DENIED);
    private static final String NOBODY = said(EtcdError.USER_EMPTY);
    private static final String BAD_TOKEN = said(EtcdError.INVALID_AUTH_TOKEN);

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private EmbeddedMember member;
    private AuthFixture users;

    @BeforeEach
    void start() throws Exception {
        start(StorageEngine.MEMORY, Map.of());
    }

    private void start(StorageEngine engine, Map<Flag, String> options) throws Exception {
        Map<Flag, String> all = new java.util.EnumMap<>(Map.of(Flag.BCRYPT_COST, "4"));
        all.putAll(options);
        member = EmbeddedMember.start(directory.resolve(engine.name()), engine, all);
        users = new AuthFixture(member.channel());
    }

    @AfterEach
    void stop() {
        member.close();
    }

    private static String said(EtcdError error) {
        return error.code() + ": " + error.text();
    }

    @Test
    void everybodyMayDoEverythingUntilAuthIsOn() {
        users.setUp();

        assertThat(failure(() -> put(users.anonymous(), "z"))).isEqualTo("OK");
        assertThat(failure(() -> put(users.as("garbage"), "z"))).isEqualTo("OK");
        assertThat(failure(() -> users.token("root", ROOT_PASSWORD))).isEqualTo(said(EtcdError.AUTH_NOT_ENABLED));
    }

    @Test
    void usersTouchWhatTheyMay() {
        users.setUp().enable();
        Channel alice = users.alice();

        assertThat(failure(() -> put(alice, "a1"))).isEqualTo("OK");
        assertThat(get(alice, "a1")).isEqualTo(1);
        assertThat(failure(() -> put(alice, "r1"))).isEqualTo(DENIED);
        assertThat(failure(() -> get(alice, "r1"))).isEqualTo("OK");
        assertThat(failure(() -> get(alice, "z"))).isEqualTo(DENIED);
        assertThat(failure(() -> put(users.anonymous(), "a1"))).isEqualTo(NOBODY);
        assertThat(failure(() -> get(users.anonymous(), "a1"))).isEqualTo(NOBODY);
        assertThat(failure(() -> put(users.as("garbage"), "a1"))).isEqualTo(BAD_TOKEN);
        assertThat(failure(() -> put(users.root(), "z"))).isEqualTo("OK");
    }

    @Test
    void tokenIsUnderstoodWhereTheGatewayPutsIt() {
        users.setUp().enable();
        String token = users.token("alice", ALICE_PASSWORD);
        for (String value : new String[] {token, "Bearer " + token}) {
            Metadata headers = new Metadata();
            headers.put(Credentials.AUTHORIZATION, value);
            Channel alice =
                    ClientInterceptors.intercept(member.channel(), MetadataUtils.newAttachHeadersInterceptor(headers));
            assertThat(failure(() -> put(alice, "a1"))).isEqualTo("OK");
        }
    }

    @Test
    void wrongPasswordAndUnknownUserAreToldTheSame() {
        users.setUp().enable();

        assertThat(failure(() -> users.token("alice", "wrong"))).isEqualTo(said(EtcdError.AUTH_FAILED));
        assertThat(failure(() -> users.token("nobody", "wrong"))).isEqualTo(said(EtcdError.AUTH_FAILED));
        assertThat(failure(() -> users.token("", ""))).isEqualTo(said(EtcdError.AUTH_FAILED));
    }

    @Test
    void userWithoutPasswordCannotLogIn() {
        users.setUp();
        var added = users.auth()
                .userAdd(AuthUserAddRequest.newBuilder()
                        .setName("cn")
                        .setPassword("ignored")
                        .setOptions(UserAddOptions.newBuilder().setNoPassword(true))
                        .build());
        users.enable();

        assertThat(added.hasHeader()).isTrue();
        assertThat(failure(() -> users.token("cn", "ignored"))).isEqualTo(said(EtcdError.NO_PASSWORD_USER));
    }

    @Test
    void emptyPasswordIsOne() {
        users.addUser("empty", "");
        users.setUp().enable();

        assertThat(failure(() -> users.token("empty", ""))).isEqualTo("OK");
        assertThat(failure(() -> users.token("empty", "x"))).isEqualTo(said(EtcdError.AUTH_FAILED));
    }

    @Test
    void passwordOfMoreThan72BytesIsRefused() {
        assertThat(failure(() -> users.addUser("u", "x".repeat(73)))).isEqualTo(said(EtcdError.PASSWORD_TOO_LONG));
        assertThat(failure(() -> users.addUser("u", "x".repeat(72)))).isEqualTo("OK");
    }

    @Test
    void hashOfTheClientCountsOnlyWhereNoPasswordIsGiven() {
        users.setUp();
        String hash = Base64.getEncoder()
                .encodeToString("$2a$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"
                        .getBytes(StandardCharsets.US_ASCII));
        var added = users.auth()
                .userAdd(AuthUserAddRequest.newBuilder()
                        .setName("u")
                        .setPassword("mine")
                        .setHashedPassword(hash)
                        .build());
        users.enable();
        assertThat(added.hasHeader()).isTrue();
        assertThat(failure(() -> users.token("u", "secret"))).isEqualTo(said(EtcdError.AUTH_FAILED));
        assertThat(failure(() -> users.token("u", "mine"))).isEqualTo("OK");

        changePassword("u", "", hash);
        assertThat(failure(() -> users.token("u", "secret"))).isEqualTo("OK");
        changePassword("u", "", "");
        assertThat(failure(() -> users.token("u", ""))).isEqualTo(said(EtcdError.AUTH_FAILED));
    }

    private void changePassword(String user, String password, String hash) {
        var unused = users.auth()
                .userChangePassword(AuthUserChangePasswordRequest.newBuilder()
                        .setName(user)
                        .setPassword(password)
                        .setHashedPassword(hash)
                        .build());
    }

    @Test
    void tokenEndsWithItsPasswordItsUserAndWithAuth() {
        users.setUp().enable();
        Channel before = users.alice();
        changePassword("alice", ALICE_PASSWORD, "");
        assertThat(failure(() -> get(before, "a1"))).isEqualTo(BAD_TOKEN);

        Channel deleted = users.alice();
        var gone = users.auth()
                .userDelete(AuthUserDeleteRequest.newBuilder().setName("alice").build());
        assertThat(gone.hasHeader()).isTrue();
        assertThat(failure(() -> get(deleted, "a1"))).isEqualTo(BAD_TOKEN);

        Channel root = users.root();
        users.disable();
        users.enable();
        assertThat(failure(() -> get(root, "a1"))).isEqualTo(BAD_TOKEN);
    }

    @Test
    void changedRoleCountsAtOnceForATokenInUse() {
        users.setUp().enable();
        Channel alice = users.alice();
        assertThat(failure(() -> put(alice, "z"))).isEqualTo(DENIED);

        users.grant("r", Permission.Type.READWRITE, "z", "");
        assertThat(failure(() -> put(alice, "z"))).isEqualTo("OK");
        users.revoke("r", "z", "");
        assertThat(failure(() -> put(alice, "z"))).isEqualTo(DENIED);
    }

    @Test
    void usersSeeThemselvesAndTheirRolesOnly() {
        users.setUp().enable();
        AuthGrpc.AuthBlockingStub alice = AuthGrpc.newBlockingStub(users.alice());

        assertThat(alice.userGet(
                                AuthUserGetRequest.newBuilder().setName("alice").build())
                        .getRolesList())
                .containsExactly("r");
        assertThat(alice.roleGet(AuthRoleGetRequest.newBuilder().setRole("r").build())
                        .getPermCount())
                .isEqualTo(2);
        for (var call : List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                () -> alice.userGet(
                        AuthUserGetRequest.newBuilder().setName("root").build()),
                () -> alice.roleGet(
                        AuthRoleGetRequest.newBuilder().setRole("root").build()),
                () -> alice.userList(AuthUserListRequest.getDefaultInstance()),
                () -> alice.roleList(AuthRoleListRequest.getDefaultInstance()),
                () -> alice.userAdd(AuthUserAddRequest.newBuilder().setName("x").build()),
                () -> KVGrpc.newBlockingStub(users.alice()).compact(CompactionRequest.getDefaultInstance()))) {
            assertThat(failure(call)).isEqualTo(DENIED);
        }
        assertThat(users.auth()
                        .userList(AuthUserListRequest.getDefaultInstance())
                        .getUsersList())
                .containsExactly("alice", "root");
    }

    @Test
    void statusIsForAnybodyWithoutABadToken() {
        users.setUp().enable();

        var status = AuthGrpc.newBlockingStub(users.anonymous()).authStatus(AuthStatusRequest.getDefaultInstance());
        assertThat(status.getEnabled()).isTrue();
        assertThat(status.getAuthRevision()).isEqualTo(8);
        assertThat(failure(() -> AuthGrpc.newBlockingStub(users.as("garbage"))
                        .authStatus(AuthStatusRequest.getDefaultInstance())))
                .isEqualTo(BAD_TOKEN);
    }

    @Test
    void leaseIsGuardedByTheKeysThatItHas() throws Exception {
        users.setUp().enable();
        LeaseGrpc.LeaseBlockingStub alice = LeaseGrpc.newBlockingStub(users.alice());
        LeaseGrpc.LeaseBlockingStub root = LeaseGrpc.newBlockingStub(users.root());
        for (long id = 1; id <= 2; id++) {
            var granted = root.leaseGrant(
                    LeaseGrantRequest.newBuilder().setID(id).setTTL(600).build());
            assertThat(granted.getID()).isEqualTo(id);
        }
        putWithLease(users.root(), "secret", 1);
        putWithLease(users.root(), "a1", 2);

        assertThat(failure(() -> putWithLease(users.alice(), "a2", 1))).isEqualTo(DENIED);
        assertThat(failure(() -> putWithLease(users.alice(), "a2", 2))).isEqualTo("OK");
        assertThat(failure(() -> timeToLive(alice, 1, false))).isEqualTo("OK");
        assertThat(failure(() -> timeToLive(alice, 1, true))).isEqualTo(DENIED);
        assertThat(failure(() -> timeToLive(alice, 2, true))).isEqualTo("OK");
        assertThat(failure(() -> alice.leaseLeases(LeaseLeasesRequest.getDefaultInstance())))
                .isEqualTo(DENIED);
        assertThat(root.leaseLeases(LeaseLeasesRequest.getDefaultInstance()).getLeasesCount())
                .isEqualTo(2);
        assertThat(keepAlive(users.alice(), 1)).isEqualTo(DENIED);
        assertThat(keepAlive(users.alice(), 2)).isEqualTo("TTL 600");
        assertThat(keepAlive(users.alice(), 77)).isEqualTo("TTL 0");
        assertThat(keepAlive(users.anonymous(), 2)).isEqualTo(NOBODY);
        assertThat(failure(() -> alice.leaseRevoke(
                        LeaseRevokeRequest.newBuilder().setID(1).build())))
                .isEqualTo(DENIED);
        assertThat(failure(() -> alice.leaseRevoke(
                        LeaseRevokeRequest.newBuilder().setID(2).build())))
                .isEqualTo("OK");
        assertThat(failure(() -> LeaseGrpc.newBlockingStub(users.anonymous())
                        .leaseGrant(LeaseGrantRequest.getDefaultInstance())))
                .isEqualTo(NOBODY);
    }

    private static void putWithLease(Channel channel, String key, long lease) {
        var unused = KVGrpc.newBlockingStub(channel)
                .put(PutRequest.newBuilder()
                        .setKey(copyFromUtf8(key))
                        .setLease(lease)
                        .build());
    }

    private static void timeToLive(LeaseGrpc.LeaseBlockingStub client, long id, boolean keys) {
        var unused = client.leaseTimeToLive(
                LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(keys).build());
    }

    private static String keepAlive(Channel channel, long id) throws Exception {
        CompletableFuture<String> answer = new CompletableFuture<>();
        var requests = LeaseGrpc.newStub(channel).leaseKeepAlive(new io.grpc.stub.StreamObserver<>() {
            @Override
            public void onNext(LeaseKeepAliveResponse response) {
                answer.complete("TTL " + response.getTTL());
            }

            @Override
            public void onError(Throwable failure) {
                var status = io.grpc.Status.fromThrowable(failure);
                answer.complete(status.getCode() + ": " + status.getDescription());
            }

            @Override
            public void onCompleted() {}
        });
        requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(id).build());
        requests.onCompleted();
        return answer.get(10, TimeUnit.SECONDS);
    }

    @Test
    void locksAreTakenWithTheCallersPermissions() {
        users.setUp().enable();
        LockRequest mine =
                LockRequest.newBuilder().setName(copyFromUtf8("a/lock")).build();
        LockRequest others =
                LockRequest.newBuilder().setName(copyFromUtf8("z/lock")).build();

        assertThat(failure(() -> LockGrpc.newBlockingStub(users.alice()).lock(mine)))
                .isEqualTo("OK");
        assertThat(failure(() -> LockGrpc.newBlockingStub(users.alice()).lock(others)))
                .isEqualTo("UNKNOWN: " + EtcdError.PERMISSION_DENIED.text());
        assertThat(failure(() -> LockGrpc.newBlockingStub(users.anonymous()).lock(mine)))
                .isEqualTo("UNKNOWN: " + EtcdError.USER_EMPTY.text());
    }

    @Test
    void waitingForALockEndsWithThePermission() throws Exception {
        users.setUp().enable();
        LockRequest request =
                LockRequest.newBuilder().setName(copyFromUtf8("a/lock")).build();
        var held = LockGrpc.newBlockingStub(users.root()).lock(request);
        var waiting = LockGrpc.newFutureStub(users.alice()).lock(request);
        Eventually.await(BOUND, () -> "alice queues", () -> count(users.root(), "a/lock/", "a/lock0") == 2);
        // Until she watches the key before hers she asks, and a question that a change of permissions overtakes has an
        // answer of its own.
        Eventually.await(BOUND, () -> "alice waits", () -> metrics().contains("etcd_debugging_mvcc_watcher_total 1"));
        assertThat(held.hasHeader()).isTrue();

        users.revoke("r", "a", "b");

        assertThat(failure(() -> {
                    try {
                        waiting.get(10, TimeUnit.SECONDS);
                    } catch (java.util.concurrent.ExecutionException failed) {
                        throw failed.getCause();
                    }
                }))
                .startsWith("FAILED_PRECONDITION: rpc error: code = PermissionDenied");
    }

    /** With the credentials that he waited with: etcd has none left by then, and leaves the key to its lease. */
    @Test
    void whoStopsWaitingForALockTakesHisKeyWithHim() {
        users.setUp().enable();
        LockRequest request =
                LockRequest.newBuilder().setName(copyFromUtf8("a/lock")).build();
        var held = LockGrpc.newBlockingStub(users.root()).lock(request);
        var waiting = LockGrpc.newFutureStub(users.alice()).lock(request);
        Eventually.await(BOUND, () -> "alice queues", () -> count(users.root(), "a/lock/", "a/lock0") == 2);

        waiting.cancel(true);

        Eventually.await(BOUND, () -> "her key goes", () -> count(users.root(), "a/lock/", "a/lock0") == 1);
        assertThat(held.hasHeader()).isTrue();
    }

    private String metrics() {
        URI uri = URI.create("http://" + member.server().clientEndpoints().get(0) + "/metrics");
        return http.sendAsync(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .join()
                .body();
    }

    private static long count(Channel channel, String key, String end) {
        return KVGrpc.newBlockingStub(channel)
                .range(RangeRequest.newBuilder()
                        .setKey(copyFromUtf8(key))
                        .setRangeEnd(copyFromUtf8(end))
                        .setCountOnly(true)
                        .build())
                .getCount();
    }

    @Test
    void usersOutliveARestartAndTokensDoNot() throws Exception {
        member.close();
        start(StorageEngine.ROCKSDB, Map.of());
        users.setUp().enable();
        String token = users.token("alice", ALICE_PASSWORD);
        assertThat(failure(() -> put(users.as(token), "a1"))).isEqualTo("OK");

        member.close();
        start(StorageEngine.ROCKSDB, Map.of());

        assertThat(failure(() -> put(users.anonymous(), "a1"))).isEqualTo(NOBODY);
        assertThat(failure(() -> put(users.as(token), "a1"))).isEqualTo(BAD_TOKEN);
        assertThat(failure(() -> put(users.alice(), "a1"))).isEqualTo("OK");
    }

    @Test
    void jwtIsOldAfterAnyChangeOfUsersOrRoles() throws Exception {
        member.close();
        Path secret = Files.writeString(directory.resolve("secret"), "shared");
        start(StorageEngine.MEMORY, Map.of(Flag.AUTH_TOKEN, "jwt,sign-method=HS256,priv-key=" + secret));
        users.setUp().enable();
        Channel alice = users.alice();
        assertThat(failure(() -> put(alice, "a1"))).isEqualTo("OK");

        users.addRole("other");

        assertThat(failure(() -> put(alice, "a1"))).isEqualTo(said(EtcdError.AUTH_OLD_REVISION));
        assertThat(failure(() -> get(alice, "a1"))).isEqualTo(said(EtcdError.AUTH_OLD_REVISION));
        assertThat(failure(() -> put(users.alice(), "a1"))).isEqualTo("OK");
        assertThat(failure(() -> users.addRole("administration needs no revision")))
                .isEqualTo("OK");
    }

    @Test
    void tokenThatIsNotUsedEnds() throws Exception {
        member.close();
        start(StorageEngine.MEMORY, Map.of(Flag.AUTH_TOKEN_TTL, "1"));
        users.setUp().enable();
        Channel alice = users.alice();
        assertThat(failure(() -> get(alice, "a1"))).isEqualTo("OK");

        long ends = System.nanoTime() + Duration.ofMillis(1_200).toNanos();
        Eventually.await(BOUND, () -> "its time passes", () -> System.nanoTime() - ends > 0);

        assertThat(failure(() -> get(alice, "a1"))).isEqualTo(BAD_TOKEN);
    }

    /** A guard against the flood: each is answered, and whoever has logged in is served all along. */
    @Test
    void twoHundredWrongPasswordsDisturbNobody() throws Exception {
        users.setUp().enable();
        Channel alice = users.alice();
        List<com.google.common.util.concurrent.ListenableFuture<?>> flood = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            flood.add(AuthGrpc.newFutureStub(users.anonymous())
                    .authenticate(AuthenticateRequest.newBuilder()
                            .setName("alice")
                            .setPassword("wrong" + i)
                            .build()));
            assertThat(failure(() -> put(alice, "a1"))).isEqualTo("OK");
        }
        List<String> answers = new ArrayList<>();
        for (var attempt : flood) {
            answers.add(failure(() -> {
                try {
                    attempt.get(30, TimeUnit.SECONDS);
                } catch (java.util.concurrent.ExecutionException failed) {
                    throw failed.getCause();
                }
            }));
        }
        assertThat(answers)
                .allMatch(answer ->
                        answer.equals(said(EtcdError.AUTH_FAILED)) || answer.equals(said(EtcdError.TOO_MANY_REQUESTS)));
        assertThat(answers).contains(said(EtcdError.AUTH_FAILED));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noSecretIsInTheLogsOrInTheDirectory(boolean jwt) throws Exception {
        member.close();
        Path secret = Files.writeString(directory.resolve("secret"), "the-shared-secret");
        ListAppender<ILoggingEvent> logs = new ListAppender<>();
        logs.start();
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Logger ours = (Logger) LoggerFactory.getLogger("io.metastore");
        Level before = ours.getLevel();
        ours.setLevel(Level.TRACE);
        root.addAppender(logs);
        try {
            start(
                    StorageEngine.ROCKSDB,
                    jwt ? Map.of(Flag.AUTH_TOKEN, "jwt,sign-method=HS256,priv-key=" + secret) : Map.of());
            users.setUp().enable();
            String token = users.token("alice", ALICE_PASSWORD);
            assertThat(failure(() -> put(users.as(token), "a1"))).isEqualTo("OK");
            assertThat(failure(() -> put(users.as(token + "x"), "a1"))).isEqualTo(BAD_TOKEN);
            assertThat(failure(() -> users.token("alice", "wrong-password"))).isEqualTo(said(EtcdError.AUTH_FAILED));
            changePassword("alice", "new-password", "");

            String logged = String.join(
                    "\n",
                    List.copyOf(logs.list).stream()
                            .map(ILoggingEvent::getFormattedMessage)
                            .toList());
            assertThat(logged).contains("invalid authentication was requested");
            for (String word : List.of(
                    token,
                    ALICE_PASSWORD,
                    ROOT_PASSWORD,
                    "wrong-password",
                    "new-password",
                    "the-shared-secret",
                    "$2a$")) {
                assertThat(logged).doesNotContain(word);
            }
            // The hashes are there, and nothing that they were made of.
            try (Stream<Path> files = Files.walk(directory.resolve("ROCKSDB"))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
                    for (String password : List.of(ALICE_PASSWORD, ROOT_PASSWORD, "new-password", "wrong-password")) {
                        assertThat(bytes.contains(password))
                                .as("%s in %s", password, file)
                                .isFalse();
                    }
                }
            }
        } finally {
            root.detachAppender(logs);
            ours.setLevel(before);
        }
    }
}
