package io.metastore.server.compat.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.metastore.api.rpc.AlarmRequest;
import io.metastore.api.rpc.AlarmType;
import io.metastore.api.rpc.AuthGrpc;
import io.metastore.api.rpc.AuthRoleAddRequest;
import io.metastore.api.rpc.AuthRoleDeleteRequest;
import io.metastore.api.rpc.AuthRoleGetRequest;
import io.metastore.api.rpc.AuthRoleGrantPermissionRequest;
import io.metastore.api.rpc.AuthRoleListRequest;
import io.metastore.api.rpc.AuthRoleRevokePermissionRequest;
import io.metastore.api.rpc.AuthStatusRequest;
import io.metastore.api.rpc.AuthUserAddRequest;
import io.metastore.api.rpc.AuthUserChangePasswordRequest;
import io.metastore.api.rpc.AuthUserDeleteRequest;
import io.metastore.api.rpc.AuthUserGetRequest;
import io.metastore.api.rpc.AuthUserGrantRoleRequest;
import io.metastore.api.rpc.AuthUserListRequest;
import io.metastore.api.rpc.AuthUserRevokeRoleRequest;
import io.metastore.api.rpc.CampaignRequest;
import io.metastore.api.rpc.ClusterGrpc;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.DefragmentRequest;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.DowngradeRequest;
import io.metastore.api.rpc.ElectionGrpc;
import io.metastore.api.rpc.HashKVRequest;
import io.metastore.api.rpc.HashRequest;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.LeaderKey;
import io.metastore.api.rpc.LeaderRequest;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LeaseKeepAliveRequest;
import io.metastore.api.rpc.LeaseLeasesRequest;
import io.metastore.api.rpc.LeaseRevokeRequest;
import io.metastore.api.rpc.LeaseTimeToLiveRequest;
import io.metastore.api.rpc.LockGrpc;
import io.metastore.api.rpc.LockRequest;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.MemberAddRequest;
import io.metastore.api.rpc.MemberListRequest;
import io.metastore.api.rpc.MemberPromoteRequest;
import io.metastore.api.rpc.MemberRemoveRequest;
import io.metastore.api.rpc.MemberUpdateRequest;
import io.metastore.api.rpc.MoveLeaderRequest;
import io.metastore.api.rpc.Permission;
import io.metastore.api.rpc.ProclaimRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.ResignRequest;
import io.metastore.api.rpc.SnapshotRequest;
import io.metastore.api.rpc.StatusRequest;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.api.rpc.UnlockRequest;
import io.metastore.api.rpc.UserAddOptions;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.server.process.Binaries;
import io.metastore.server.process.ProcessMember;
import io.metastore.server.process.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may do what, at a real etcd and at us: every method for every kind of caller, and random users, roles and requests. */
@Tag("compat")
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class AuthIT {
    private static final int STEPS = Integer.getInteger("auth.steps", 3_000);
    private static final String[] USERS = {"root", "u1", "u2", "u3"};
    private static final String[] ROLES = {"root", "r1", "r2", "r3"};
    private static final String[] PASSWORDS = {"p", "q", ""};
    private static final int LEASES = 4;
    private static final int MOST_PERMISSIONS = 12;
    private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

    private final long seed = Long.getLong("seed", System.nanoTime() & 0xffff_ffffL);
    private final Random random = new Random(seed);

    @TempDir
    Path directory;

    private final Map<String, Integer> granted = new HashMap<>();
    private LockStep run;
    private AuthRun users;

    private record Call(MethodDescriptor<?, ?> method, Message request) {}

    /** Sides started with these flags; the run ends with them. */
    private void compare(Runnable test, String... flags) {
        try (ProcessMember a = member(Binaries.etcd(), "a", flags);
                ProcessMember b = member(Binaries.metastore(), "b", flags);
                Side first = new Side("etcd", a, ProcessMember::channel);
                Side second = new Side("metastore", b, ProcessMember::channel)) {
            run = new LockStep(seed, first, second);
            users = new AuthRun(run);
            test.run();
        }
    }

    private ProcessMember member(Program program, String name, String... flags) {
        return new ProcessMember(
                        program.withFlags("--unsafe-no-fsync", "--bcrypt-cost=4")
                                .withFlags(flags),
                        directory.resolve(name))
                .start();
    }

    /** With auth off, and with auth on for nobody, for garbage, for a user without roles and for one with the root role. */
    @Test
    void everyMethodForEveryCaller() {
        compare(() -> {
            for (String user : new String[] {"plain", "admin"}) {
                users.call(
                        AuthRun.NOBODY,
                        AuthGrpc.getUserAddMethod(),
                        AuthUserAddRequest.newBuilder()
                                .setName(user)
                                .setPassword("p")
                                .build());
                users.remember(user, "p");
            }
            users.call(
                    AuthRun.NOBODY,
                    AuthGrpc.getUserGrantRoleMethod(),
                    AuthUserGrantRoleRequest.newBuilder()
                            .setUser("admin")
                            .setRole("root")
                            .build());
            users.enableWithRoot();
            users.authenticate("plain");
            users.authenticate("admin");
            for (String caller : new String[] {AuthRun.NOBODY, AuthRun.GARBAGE, "plain"}) {
                calls().forEach(call -> users.call(caller, call.method(), call.request()));
                absent().forEach(call -> users.call(caller, call.method(), call.request()));
                watchOf(caller);
            }
            calls().forEach(call -> users.call("admin", call.method(), call.request()));
            watchOf("admin");
            System.out.printf("auth: every method for every caller%n%s%n", run.summary());
        });
    }

    private void watchOf(String caller) {
        users.watch(
                caller,
                WatchCreateRequest.newBuilder().setKey(AuthRun.utf8("k")).build());
    }

    /** One of each method that we serve, none of which takes away what the others need. */
    private static List<Call> calls() {
        ByteString key = AuthRun.utf8("k");
        return List.of(
                new Call(
                        KVGrpc.getRangeMethod(),
                        RangeRequest.newBuilder().setKey(key).build()),
                new Call(
                        KVGrpc.getRangeStreamMethod(),
                        RangeRequest.newBuilder().setKey(key).build()),
                new Call(
                        KVGrpc.getPutMethod(),
                        PutRequest.newBuilder().setKey(key).build()),
                new Call(
                        KVGrpc.getDeleteRangeMethod(),
                        DeleteRangeRequest.newBuilder().setKey(key).build()),
                new Call(KVGrpc.getTxnMethod(), TxnRequest.getDefaultInstance()),
                new Call(
                        KVGrpc.getTxnMethod(),
                        TxnRequest.newBuilder()
                                .addFailure(RequestOp.newBuilder()
                                        .setRequestPut(PutRequest.newBuilder().setKey(key)))
                                .build()),
                new Call(KVGrpc.getCompactMethod(), CompactionRequest.getDefaultInstance()),
                new Call(
                        LeaseGrpc.getLeaseGrantMethod(),
                        LeaseGrantRequest.newBuilder().setID(7).setTTL(1000).build()),
                new Call(
                        LeaseGrpc.getLeaseKeepAliveMethod(),
                        LeaseKeepAliveRequest.newBuilder().setID(8).build()),
                new Call(
                        LeaseGrpc.getLeaseTimeToLiveMethod(),
                        LeaseTimeToLiveRequest.newBuilder()
                                .setID(8)
                                .setKeys(true)
                                .build()),
                new Call(
                        LeaseGrpc.getLeaseTimeToLiveMethod(),
                        LeaseTimeToLiveRequest.newBuilder().setID(8).build()),
                new Call(LeaseGrpc.getLeaseLeasesMethod(), LeaseLeasesRequest.getDefaultInstance()),
                new Call(
                        LeaseGrpc.getLeaseRevokeMethod(),
                        LeaseRevokeRequest.newBuilder().setID(7).build()),
                new Call(ClusterGrpc.getMemberListMethod(), MemberListRequest.getDefaultInstance()),
                new Call(
                        ClusterGrpc.getMemberListMethod(),
                        MemberListRequest.newBuilder().setLinearizable(true).build()),
                new Call(MaintenanceGrpc.getStatusMethod(), StatusRequest.getDefaultInstance()),
                new Call(MaintenanceGrpc.getAlarmMethod(), AlarmRequest.getDefaultInstance()),
                new Call(
                        MaintenanceGrpc.getAlarmMethod(),
                        AlarmRequest.newBuilder()
                                .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
                                .setAlarm(AlarmType.NOSPACE)
                                .build()),
                new Call(MaintenanceGrpc.getDefragmentMethod(), DefragmentRequest.getDefaultInstance()),
                new Call(MaintenanceGrpc.getHashMethod(), HashRequest.getDefaultInstance()),
                new Call(MaintenanceGrpc.getHashKVMethod(), HashKVRequest.getDefaultInstance()),
                new Call(AuthGrpc.getAuthStatusMethod(), AuthStatusRequest.getDefaultInstance()),
                new Call(AuthGrpc.getAuthEnableMethod(), io.metastore.api.rpc.AuthEnableRequest.getDefaultInstance()),
                new Call(AuthGrpc.getUserListMethod(), AuthUserListRequest.getDefaultInstance()),
                new Call(
                        AuthGrpc.getUserGetMethod(),
                        AuthUserGetRequest.newBuilder().setName("plain").build()),
                new Call(
                        AuthGrpc.getUserGetMethod(),
                        AuthUserGetRequest.newBuilder().setName("root").build()),
                new Call(AuthGrpc.getUserGetMethod(), AuthUserGetRequest.getDefaultInstance()),
                new Call(
                        AuthGrpc.getUserAddMethod(),
                        AuthUserAddRequest.newBuilder().setName("plain").build()),
                new Call(
                        AuthGrpc.getUserAddMethod(),
                        AuthUserAddRequest.newBuilder()
                                .setName("new")
                                .setPassword("x".repeat(73))
                                .build()),
                new Call(
                        AuthGrpc.getUserDeleteMethod(),
                        AuthUserDeleteRequest.newBuilder().setName("root").build()),
                new Call(
                        AuthGrpc.getUserChangePasswordMethod(),
                        AuthUserChangePasswordRequest.newBuilder()
                                .setName("nobody")
                                .build()),
                new Call(
                        AuthGrpc.getUserGrantRoleMethod(),
                        AuthUserGrantRoleRequest.newBuilder()
                                .setUser("plain")
                                .setRole("none")
                                .build()),
                new Call(
                        AuthGrpc.getUserRevokeRoleMethod(),
                        AuthUserRevokeRoleRequest.newBuilder()
                                .setName("plain")
                                .setRole("none")
                                .build()),
                new Call(AuthGrpc.getRoleListMethod(), AuthRoleListRequest.getDefaultInstance()),
                new Call(
                        AuthGrpc.getRoleGetMethod(),
                        AuthRoleGetRequest.newBuilder().setRole("root").build()),
                new Call(AuthGrpc.getRoleAddMethod(), AuthRoleAddRequest.getDefaultInstance()),
                new Call(
                        AuthGrpc.getRoleDeleteMethod(),
                        AuthRoleDeleteRequest.newBuilder().setRole("none").build()),
                new Call(AuthGrpc.getRoleGrantPermissionMethod(), AuthRoleGrantPermissionRequest.getDefaultInstance()),
                new Call(
                        AuthGrpc.getRoleRevokePermissionMethod(), AuthRoleRevokePermissionRequest.getDefaultInstance()),
                new Call(
                        LockGrpc.getUnlockMethod(),
                        UnlockRequest.newBuilder().setKey(key).build()),
                new Call(
                        LockGrpc.getLockMethod(),
                        LockRequest.newBuilder().setName(key).setLease(99).build()),
                new Call(
                        ElectionGrpc.getLeaderMethod(),
                        LeaderRequest.newBuilder().setName(key).build()),
                new Call(
                        ElectionGrpc.getCampaignMethod(),
                        CampaignRequest.newBuilder().setName(key).setLease(99).build()),
                new Call(ElectionGrpc.getProclaimMethod(), ProclaimRequest.getDefaultInstance()),
                new Call(
                        ElectionGrpc.getResignMethod(),
                        ResignRequest.newBuilder()
                                .setLeader(LeaderKey.newBuilder().setKey(key).setLease(99))
                                .build()));
    }

    /**
     * Only for those who are not let through: what we do not serve; what would not end, or change the cluster; and an alarm with an action that
     * nobody knows, which from an administrator ends the process of etcd 3.7.3.
     */
    private static List<Call> absent() {
        return List.of(
                new Call(
                        MaintenanceGrpc.getAlarmMethod(),
                        AlarmRequest.newBuilder().setActionValue(9).build()),
                new Call(
                        ClusterGrpc.getMemberAddMethod(),
                        MemberAddRequest.newBuilder()
                                .addPeerURLs("http://127.0.0.1:1")
                                .build()),
                new Call(ClusterGrpc.getMemberRemoveMethod(), MemberRemoveRequest.getDefaultInstance()),
                new Call(ClusterGrpc.getMemberUpdateMethod(), MemberUpdateRequest.getDefaultInstance()),
                new Call(ClusterGrpc.getMemberPromoteMethod(), MemberPromoteRequest.getDefaultInstance()),
                new Call(MaintenanceGrpc.getSnapshotMethod(), SnapshotRequest.getDefaultInstance()),
                new Call(MaintenanceGrpc.getMoveLeaderMethod(), MoveLeaderRequest.getDefaultInstance()),
                new Call(MaintenanceGrpc.getDowngradeMethod(), DowngradeRequest.getDefaultInstance()),
                new Call(
                        ElectionGrpc.getObserveMethod(),
                        LeaderRequest.newBuilder().setName(AuthRun.utf8("k")).build()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "jwt"})
    void randomUsersRolesAndRequests(String kind) throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), "shared by both");
        System.out.printf("auth: %s tokens, seed %d, %d steps%n", kind, seed, STEPS);
        compare(
                () -> {
                    for (int i = 0; i < STEPS; i++) {
                        try {
                            step();
                        } catch (AssertionError failure) {
                            throw new AssertionError(
                                    "seed %d, step %d; before it:%n%s".formatted(seed, i, run.lately()), failure);
                        }
                    }
                    System.out.printf("auth: no difference, seed %d%n%s%n", seed, run.summary());
                },
                kind.equals("simple")
                        ? "--auth-token=simple"
                        : "--auth-token=jwt,sign-method=HS256,ttl=20m,priv-key=" + secret);
    }

    private void step() {
        int choice = random.nextInt(100);
        if (!users.isEnabled() && choice < 15) {
            users.enableWithRoot();
        } else if (users.isEnabled() && choice < 1) {
            users.disable(pick(USERS));
        } else if (choice < 15) {
            logIn();
        } else if (choice < 45) {
            manage(random.nextInt(4) > 0 ? "root" : caller());
        } else if (choice < 55) {
            look(caller());
        } else if (choice < 60) {
            users.watch(caller(), watch());
        } else {
            Call call = request();
            users.call(caller(), call.method(), call.request());
        }
    }

    private void logIn() {
        int choice = random.nextInt(10);
        if (choice == 0) {
            users.authenticate(pick(USERS), pick(PASSWORDS));
        } else if (choice == 1) {
            users.authenticate("nobody", "p");
        } else {
            users.authenticate(choice < 4 ? "root" : pick(USERS));
        }
    }

    private String caller() {
        int choice = random.nextInt(20);
        return choice == 0 ? AuthRun.NOBODY : choice == 1 ? AuthRun.GARBAGE : pick(USERS);
    }

    private String pick(String[] words) {
        return words[random.nextInt(words.length)];
    }

    private String rarely(String other, String usual) {
        return random.nextInt(15) == 0 ? other : usual;
    }

    private void manage(String caller) {
        String user = rarely("", pick(USERS));
        String role = rarely("none", pick(ROLES));
        switch (random.nextInt(12)) {
            case 0, 1 -> addUser(caller, user);
            case 2 -> changePassword(caller, user);
            case 3 ->
                users.call(
                        caller,
                        AuthGrpc.getUserDeleteMethod(),
                        AuthUserDeleteRequest.newBuilder().setName(user).build());
            case 4, 5 ->
                users.call(
                        caller,
                        AuthGrpc.getUserGrantRoleMethod(),
                        AuthUserGrantRoleRequest.newBuilder()
                                .setUser(user)
                                .setRole(role)
                                .build());
            case 6 ->
                users.call(
                        caller,
                        AuthGrpc.getUserRevokeRoleMethod(),
                        AuthUserRevokeRoleRequest.newBuilder()
                                .setName(user)
                                .setRole(role)
                                .build());
            case 7 ->
                users.call(
                        caller,
                        AuthGrpc.getRoleAddMethod(),
                        AuthRoleAddRequest.newBuilder()
                                .setName(rarely("", role))
                                .build());
            case 8 -> {
                if (random.nextInt(3) == 0) {
                    users.call(
                            caller,
                            AuthGrpc.getRoleDeleteMethod(),
                            AuthRoleDeleteRequest.newBuilder().setRole(role).build());
                }
            }
            case 9, 10 -> grant(caller, role);
            default -> {
                Keys.Range range = range();
                users.call(
                        caller,
                        AuthGrpc.getRoleRevokePermissionMethod(),
                        AuthRoleRevokePermissionRequest.newBuilder()
                                .setRole(role)
                                .setKey(range.key())
                                .setRangeEnd(range.end())
                                .build());
            }
        }
    }

    private void addUser(String caller, String user) {
        String password = pick(PASSWORDS);
        boolean none = random.nextInt(8) == 0;
        AuthUserAddRequest.Builder request =
                AuthUserAddRequest.newBuilder().setName(user).setPassword(password);
        if (none || random.nextBoolean()) {
            request.setOptions(UserAddOptions.newBuilder().setNoPassword(none));
        }
        if (random.nextInt(8) == 0) {
            request.setHashedPassword("never looked at");
        }
        if (users.call(caller, AuthGrpc.getUserAddMethod(), request.build()).isOk()) {
            users.remember(user, password);
        }
    }

    private void changePassword(String caller, String user) {
        String password = pick(PASSWORDS);
        AuthUserChangePasswordRequest.Builder request =
                AuthUserChangePasswordRequest.newBuilder().setName(user).setPassword(password);
        if (random.nextInt(4) == 0) {
            request.setHashedPassword(random.nextBoolean() ? "no base64!" : "aGFzaA==");
        }
        // Root is left a way in.
        if (user.equals("root") && password.isEmpty()) {
            return;
        }
        if (users.call(caller, AuthGrpc.getUserChangePasswordMethod(), request.build())
                .isOk()) {
            users.remember(user, password);
        }
    }

    /** No more to one role than etcd keeps in a fixed order: {@link KnownDifference#PERMISSIONS_OF_EQUAL_KEYS}. */
    private void grant(String caller, String role) {
        if (granted.getOrDefault(role, 0) < MOST_PERMISSIONS) {
            if (users.call(caller, AuthGrpc.getRoleGrantPermissionMethod(), grant(role))
                    .isOk()) {
                granted.merge(role, 1, Integer::sum);
            }
        } else if (users.call(
                        "root",
                        AuthGrpc.getRoleDeleteMethod(),
                        AuthRoleDeleteRequest.newBuilder().setRole(role).build())
                .isOk()) {
            granted.remove(role);
        }
    }

    private AuthRoleGrantPermissionRequest grant(String role) {
        AuthRoleGrantPermissionRequest.Builder request =
                AuthRoleGrantPermissionRequest.newBuilder().setName(role);
        if (random.nextInt(12) == 0) {
            return request.build();
        }
        Keys.Range range = range();
        return request.setPerm(Permission.newBuilder()
                        .setPermTypeValue(random.nextInt(3))
                        .setKey(range.key())
                        .setRangeEnd(range.end()))
                .build();
    }

    private void look(String caller) {
        switch (random.nextInt(5)) {
            case 0 ->
                users.call(
                        caller,
                        AuthGrpc.getUserGetMethod(),
                        AuthUserGetRequest.newBuilder()
                                .setName(rarely("", pick(USERS)))
                                .build());
            case 1 ->
                users.call(
                        caller,
                        AuthGrpc.getRoleGetMethod(),
                        AuthRoleGetRequest.newBuilder()
                                .setRole(rarely("", pick(ROLES)))
                                .build());
            case 2 -> users.call(caller, AuthGrpc.getUserListMethod(), AuthUserListRequest.getDefaultInstance());
            case 3 -> users.call(caller, AuthGrpc.getRoleListMethod(), AuthRoleListRequest.getDefaultInstance());
            default -> users.call(caller, AuthGrpc.getAuthStatusMethod(), AuthStatusRequest.getDefaultInstance());
        }
    }

    private ByteString key() {
        return random.nextInt(40) == 0
                ? ByteString.EMPTY
                : AuthRun.utf8(String.valueOf((char) ('a' + random.nextInt(6))));
    }

    /** One that is asked for: a range without keys is not, see {@link KnownDifference#PERMISSION_FOR_NO_KEYS}. */
    private Keys.Range askedRange() {
        Keys.Range range = range();
        boolean isEmpty = !range.end().isEmpty()
                && !range.end().equals(ZERO)
                && ByteString.unsignedLexicographicalComparator().compare(range.key(), range.end()) >= 0;
        return isEmpty ? new Keys.Range(range.key(), ByteString.EMPTY) : range;
    }

    private Keys.Range range() {
        ByteString end =
                switch (random.nextInt(8)) {
                    case 0, 1, 2 -> ByteString.EMPTY;
                    case 3 -> ZERO;
                    default -> key();
                };
        return new Keys.Range(random.nextInt(20) == 0 ? ZERO : key(), end);
    }

    private WatchCreateRequest watch() {
        Keys.Range range = askedRange();
        return WatchCreateRequest.newBuilder()
                .setKey(range.key())
                .setRangeEnd(range.end())
                .setStartRevision(random.nextInt(10) == 0 ? -1 : 0)
                .build();
    }

    private Call request() {
        long lease = 1 + random.nextInt(LEASES);
        return switch (random.nextInt(20)) {
            case 0, 1, 2, 3 -> new Call(KVGrpc.getPutMethod(), put());
            case 4, 5, 6, 7 -> new Call(KVGrpc.getRangeMethod(), get());
            case 8 -> new Call(KVGrpc.getRangeStreamMethod(), get());
            case 9, 10 -> new Call(KVGrpc.getDeleteRangeMethod(), delete());
            case 11, 12, 13, 14 -> new Call(KVGrpc.getTxnMethod(), txn(2));
            case 15 ->
                new Call(
                        LeaseGrpc.getLeaseGrantMethod(),
                        LeaseGrantRequest.newBuilder()
                                .setID(lease)
                                .setTTL(100_000)
                                .build());
            case 16 ->
                new Call(
                        LeaseGrpc.getLeaseRevokeMethod(),
                        LeaseRevokeRequest.newBuilder().setID(lease).build());
            case 17 ->
                new Call(
                        LeaseGrpc.getLeaseTimeToLiveMethod(),
                        LeaseTimeToLiveRequest.newBuilder()
                                .setID(lease)
                                .setKeys(random.nextBoolean())
                                .build());
            case 18 ->
                new Call(
                        LeaseGrpc.getLeaseKeepAliveMethod(),
                        LeaseKeepAliveRequest.newBuilder().setID(lease).build());
            default -> new Call(LeaseGrpc.getLeaseLeasesMethod(), LeaseLeasesRequest.getDefaultInstance());
        };
    }

    private PutRequest put() {
        PutRequest.Builder put = PutRequest.newBuilder()
                .setKey(key())
                .setValue(AuthRun.utf8("v"))
                .setPrevKv(random.nextInt(4) == 0);
        return random.nextInt(3) == 0 ? put.setLease(1 + random.nextInt(LEASES)).build() : put.build();
    }

    private RangeRequest get() {
        Keys.Range range = askedRange();
        return RangeRequest.newBuilder()
                .setKey(range.key())
                .setRangeEnd(range.end())
                .setSerializable(random.nextBoolean())
                .build();
    }

    private DeleteRangeRequest delete() {
        Keys.Range range = askedRange();
        return DeleteRangeRequest.newBuilder()
                .setKey(range.key())
                .setRangeEnd(range.end())
                .setPrevKv(random.nextBoolean())
                .build();
    }

    private TxnRequest txn(int depth) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        if (random.nextBoolean()) {
            Keys.Range range = askedRange();
            txn.addCompare(Compare.newBuilder()
                    .setKey(range.key())
                    .setRangeEnd(range.end())
                    .setTarget(Compare.CompareTarget.VERSION)
                    .setResult(Compare.CompareResult.GREATER)
                    .setVersion(random.nextInt(3)));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            txn.addSuccess(operation(depth));
        }
        for (int i = random.nextInt(2); i > 0; i--) {
            txn.addFailure(operation(depth));
        }
        return txn.build();
    }

    private RequestOp operation(int depth) {
        RequestOp.Builder operation = RequestOp.newBuilder();
        return switch (random.nextInt(depth > 0 ? 8 : 6)) {
            case 0, 1 -> operation.setRequestPut(put()).build();
            case 2, 3, 4 -> operation.setRequestRange(get()).build();
            case 5 -> operation.setRequestDeleteRange(delete()).build();
            default -> operation.setRequestTxn(txn(depth - 1)).build();
        };
    }
}
