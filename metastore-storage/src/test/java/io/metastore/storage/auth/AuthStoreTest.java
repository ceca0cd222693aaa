package io.metastore.storage.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.api.EtcdError;
import io.metastore.api.rpc.Permission;
import io.metastore.api.rpc.Role;
import io.metastore.storage.engine.EngineBatch;
import io.metastore.storage.engine.KvEngine;
import io.metastore.storage.engine.MemoryEngine;
import io.metastore.storage.mvcc.Key;
import io.metastore.storage.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class AuthStoreTest {
    private final KvEngine engine = new MemoryEngine();
    private final AuthStore store = new AuthStore(engine);
    private final List<String> told = new ArrayList<>();

    /** Given what is before the bar, the change behind it is refused with this. */
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "| enable, ROOT_USER_NOT_EXIST",
        "user add root h | enable, ROOT_ROLE_NOT_EXIST",
        "user add root h; role add root | enable, ROOT_ROLE_NOT_EXIST",
        "| user add _ h, USER_EMPTY",
        "user add a h | user add a h, USER_ALREADY_EXIST",
        "| user add a !, NO_PASSWORD_USER",
        "| user delete a, USER_NOT_FOUND",
        "| user password a h, USER_NOT_FOUND",
        "user add a h | user password a !abc, NO_PASSWORD_USER",
        "| user grant a r, USER_NOT_FOUND",
        "user add a h | user grant a r, ROLE_NOT_FOUND",
        "| user revoke a r, USER_NOT_FOUND",
        "user add a h | user revoke a r, ROLE_NOT_GRANTED",
        "| role add _, ROLE_EMPTY",
        "role add r | role add r, ROLE_ALREADY_EXIST",
        "| role delete r, ROLE_NOT_FOUND",
        "| role grant r, PERMISSION_NOT_GIVEN",
        "| role grant r read _, INVALID_AUTH_MGMT",
        "| role grant r read b-a, INVALID_AUTH_MGMT",
        "| role grant r read b-b, INVALID_AUTH_MGMT",
        "| role grant r read a-b, ROLE_NOT_FOUND",
        "| role revoke r a-b, ROLE_NOT_FOUND",
        "role add r; role grant r read a-c | role revoke r a-b, PERMISSION_NOT_GRANTED",
        "user add root h; user grant root root; enable | user delete root, INVALID_AUTH_MGMT",
        "user add root h; user grant root root; enable | user revoke root root, INVALID_AUTH_MGMT",
        "user add root h; user grant root root; enable | role delete root, INVALID_AUTH_MGMT",
    })
    void refusesWhatCannotBe(String scene, EtcdError refusal) {
        String[] parts = scene.split(" ?\\| ");
        play(parts[0]);
        AuthState before = store.state();

        EtcdError found = apply(parts[1]);

        assertThat(found).isEqualTo(refusal);
        assertThat(store.state()).isSameAs(before);
    }

    @Test
    void revisionCountsEffectiveChangesAndNotTheEnabling() {
        assertThat(store.state().revision()).isEqualTo(1);
        play("user add root h; user grant root root");
        assertThat(store.state().revision()).isEqualTo(3);
        play("user grant root root; enable; enable");
        assertThat(store.state().revision()).isEqualTo(3);
        play("role add r; role grant r read a; user grant root r; role delete r; user password root x");
        assertThat(store.state().revision()).isEqualTo(8);
        play("disable; disable");
        assertThat(store.state().revision()).isEqualTo(9);
    }

    @Test
    void rootNeedsNoRoleRecord() {
        play("user add root h; user grant root root; enable");

        assertThat(store.state().enabled()).isTrue();
        assertThat(store.state().role("root")).isEmpty();
    }

    @Test
    void namesAreInTheOrderOfTheirBytes() {
        // UTF-16 would have these two the other way round.
        play("user add \uff5e h; user add \ud83d\ude00 h; user add b h; user add a h");

        assertThat(store.state().userNames()).containsExactly("a", "b", "\uff5e", "\ud83d\ude00");
    }

    @Test
    void rolesOfAUserAreSorted() {
        play("role add b; role add c; role add a; user add u h; user grant u b; user grant u c; user grant u a");

        assertThat(store.state().user("u").orElseThrow().getRolesList()).containsExactly("a", "b", "c");
    }

    @Test
    void deletedRoleIsTakenFromItsUsers() {
        play("role add r; role add s; user add u h; user grant u r; user grant u s; role delete r");

        assertThat(store.state().user("u").orElseThrow().getRolesList()).containsExactly("s");
        assertThat(store.state().roleNames()).containsExactly("s");
    }

    @Test
    void permissionOfTheSameRangeIsReplacedAndOthersAreSorted() {
        play(
                "role add r; role grant r read b-c; role grant r write a; role grant r readwrite b-c; role grant r read b");

        assertThat(permissionsOf("r")).containsExactly("WRITE a ", "READWRITE b c", "READ b ");
        play("role revoke r b-c");
        assertThat(permissionsOf("r")).containsExactly("WRITE a ", "READ b ");
    }

    /** etcd looks only at the first permission with the key, so this one is there twice. */
    @Test
    void permissionBehindAnotherOfTheSameKeyIsNotReplaced() {
        play("role add r; role grant r read b-c; role grant r read b-d; role grant r write b-d");

        assertThat(permissionsOf("r")).containsExactly("READ b c", "READ b d", "WRITE b d");
        play("role revoke r b-d");
        assertThat(permissionsOf("r")).containsExactly("READ b c");
    }

    private List<String> permissionsOf(String name) {
        Role role = store.state().role(name).orElseThrow();
        return role.getKeyPermissionList().stream()
                .map(each -> each.getPermType() + " " + each.getKey().toStringUtf8() + " "
                        + each.getRangeEnd().toStringUtf8())
                .toList();
    }

    @Test
    void rootRoleIsShownWithAllItMayDo() {
        play("role add root; role grant root read a");

        assertThat(store.state().shownPermissions(store.state().role("root").orElseThrow()))
                .singleElement()
                .satisfies(all -> {
                    assertThat(all.getPermType()).isEqualTo(Permission.Type.READWRITE);
                    assertThat(all.getKey().isEmpty()).isTrue();
                    assertThat(all.getRangeEnd().toByteArray()).containsExactly(0);
                });
    }

    @Test
    void userWithoutPasswordGetsNone() {
        play("user add-no-password u; user password u h");

        assertThat(store.state().user("u").orElseThrow().getPassword().isEmpty())
                .isTrue();
        assertThat(store.state().user("u").orElseThrow().getOptions().getNoPassword())
                .isTrue();
    }

    @Test
    void passwordChangeKeepsTheRoles() {
        play("role add r; user add u h; user grant u r; user password u other");

        assertThat(store.state().user("u").orElseThrow().getRolesList()).containsExactly("r");
        assertThat(store.state().user("u").orElseThrow().getPassword().toStringUtf8())
                .isEqualTo("other");
    }

    @Test
    void everythingIsThereAgainAfterARestart() {
        play("user add root h; user grant root root; role add r; role grant r read a-; user add u h; user grant u r;"
                + " role add gone; role delete gone; user add gone h; user delete gone; enable");

        AuthState again = new AuthStore(engine).state();

        assertThat(again.enabled()).isTrue();
        assertThat(again.revision()).isEqualTo(store.state().revision());
        assertThat(again.users()).isEqualTo(store.state().users());
        assertThat(again.roles()).isEqualTo(store.state().roles());
        assertThat(again.userNames()).containsExactly("root", "u");
    }

    @Test
    void othersSeeAChangeOnceItIsPublished() {
        AuthState before = store.state();
        EngineBatch batch = engine.newBatch();
        store.apply(batch, AuthChanges.of("user add u h"));
        assertThat(store.stateNow().user("u")).isPresent();
        assertThat(store.state()).isSameAs(before);
        engine.write(batch);
        store.publish();
        assertThat(store.state().user("u")).isPresent();
    }

    @Test
    void listenersHearWhoIsLoggedInAndOut() {
        play("user add root h; user grant root root; user add u h; user add-no-password n");
        store.addListener(new AuthListener() {
            @Override
            public void loggedIn(String user, String token, long index) {
                told.add("in " + user + " " + token + " " + index);
            }

            @Override
            public void loggedOut(String user) {
                told.add("out " + user);
            }

            @Override
            public void allLoggedOut() {
                told.add("all out");
            }
        });

        assertThat(store.logIn("u", "t", 5)).isEqualTo(EtcdError.AUTH_NOT_ENABLED);
        play("enable");
        assertThat(store.logIn("u", "t", 5)).isNull();
        assertThat(store.logIn("none", "t", 6)).isEqualTo(EtcdError.AUTH_FAILED);
        assertThat(store.logIn("n", "t", 6)).isEqualTo(EtcdError.AUTH_FAILED);
        play("user password u x; role add r; user grant u r; user delete u; disable");
        store.reload();

        assertThat(told).containsExactly("in u t 5", "out u", "out u", "all out", "all out");
    }

    @ParameterizedTest(name = "{0} at {1}: {2}")
    @CsvSource({
        "'', 0, USER_EMPTY",
        "none, 7, PERMISSION_DENIED",
        "u, 6, AUTH_OLD_REVISION",
        "u, 7, PERMISSION_DENIED",
        "u, 8, PERMISSION_DENIED",
        "root, 7,",
        "root, 6, AUTH_OLD_REVISION",
    })
    void aRangeIsForThoseWhoMay(String user, long revision, EtcdError refusal) {
        play(
                "user add root h; user grant root root; user add u h; role add r; user grant u r; role grant r write a-c; enable");
        assertThat(store.state().revision()).isEqualTo(7);
        Caller caller = new Caller(user, revision);

        assertThat(store.state().refusalToRead(caller, KeyRange.ofKey(Key.of("a"))))
                .isEqualTo(refusal);
        assertThat(store.state().refusalToWrite(caller, KeyRange.ofKey(Key.of("c"))))
                .isEqualTo(refusal);
        boolean mayWrite = user.equals("u") && revision >= 7;
        assertThat(store.state().refusalToWrite(caller, KeyRange.ofKey(Key.of("a"))))
                .isEqualTo(mayWrite ? null : refusal);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"'', USER_EMPTY", "none, USER_NOT_FOUND", "u, PERMISSION_DENIED", "root,", "other-root,"})
    void administrationIsForTheRootRoleAtAnyRevision(String user, EtcdError refusal) {
        play(
                "user add root h; user grant root root; user add other-root h; user grant other-root root; user add u h; enable");

        assertThat(store.state().refusalToAdminister(new Caller(user, 1))).isEqualTo(refusal);
    }

    @Test
    void usersSeeThemselvesAndTheirRoles() {
        play("user add root h; user grant root root; user add u h; role add r; user grant u r; role add s; enable");
        AuthState state = store.state();
        Caller user = new Caller("u", 1);

        assertThat(state.refusalToSeeUser(user, "u")).isNull();
        assertThat(state.refusalToSeeUser(user, "root")).isEqualTo(EtcdError.PERMISSION_DENIED);
        assertThat(state.refusalToSeeRole(user, "r")).isNull();
        assertThat(state.refusalToSeeRole(user, "s")).isEqualTo(EtcdError.PERMISSION_DENIED);
        assertThat(state.refusalToSeeRole(Caller.NOBODY, "s")).isEqualTo(EtcdError.USER_EMPTY);
        assertThat(state.refusalToSeeRole(new Caller("root", 1), "s")).isNull();
    }

    @Test
    void nothingIsRefusedWhileAuthIsOff() {
        AuthState state = store.state();

        assertThat(state.refusalToRead(Caller.NOBODY, KeyRange.ALL)).isNull();
        assertThat(state.refusalToWrite(Caller.NOBODY, KeyRange.ALL)).isNull();
        assertThat(state.refusalToAdminister(Caller.NOBODY)).isNull();
        assertThat(state.refusalToAnonymous(Caller.NOBODY)).isNull();
        assertThat(state.mayRead("", KeyRange.ALL)).isTrue();
    }

    private void play(String changes) {
        for (String change : changes.split("; ?")) {
            if (!change.isBlank()) {
                assertThat(apply(change.strip())).as(change).isNull();
            }
        }
    }

    private EtcdError apply(String change) {
        EngineBatch batch = engine.newBatch();
        EtcdError refusal = store.apply(batch, AuthChanges.of(change));
        engine.write(batch);
        store.publish();
        return refusal;
    }
}
