package io.metastore.storage.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.api.EtcdError;
import io.metastore.api.rpc.AlarmRequest.AlarmAction;
import io.metastore.api.rpc.AlarmType;
import io.metastore.api.rpc.AuthenticateResponse;
import io.metastore.storage.auth.AuthChanges;
import io.metastore.storage.auth.Caller;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a command is refused for when it is applied: alice may read [r,s) and [b,d), and write [w,x) and [b,d). */
@Timeout(30)
class CommandAccessTest {
    private static final String SET_UP = "user add root h; user grant root root; user add alice h; role add r;"
            + " role grant r read r-s; role grant r write w-x; role grant r readwrite b-c; role grant r readwrite c-d;"
            + " user grant alice r; enable";

    private final Machine machine = new Machine();
    private Caller alice;
    private Caller root;

    @BeforeEach
    void setUp() {
        for (long lease = 1; lease <= 3; lease++) {
            machine.applied(Commands.grant(lease, 600));
        }
        machine.put("a1 lease=1");
        machine.put("b1 lease=2");
        machine.put("w1=1");
        change(SET_UP);
        long revision = machine.state.auth().state().revision();
        alice = new Caller("alice", revision);
        root = new Caller("root", revision);
    }

    @AfterEach
    void close() {
        machine.close();
    }

    private void change(String changes) {
        for (String change : changes.split("; *")) {
            Command command = new Command.ChangeAuth(AuthChanges.of(change));
            machine.applied(root == null ? command : new Command.Asked(root, command));
        }
    }

    @ParameterizedTest(name = "put {0}: {1}")
    @CsvSource({
        "w1=1, true",
        "r1=1, false",
        "b1=1, true",
        "b1=1 prev, true",
        "w1=1 prev, false",
        "d=1, false",
        "w2 lease=2, true",
        "w2 lease=3, true",
        "w2 lease=1, false",
        // Permission comes before the lease is found missing.
        "z lease=9, false",
    })
    void putNeedsItsKeyAndWhatItsLeaseHas(String put, boolean allowed) {
        assertThat(refusal(alice, Commands.put(put))).isEqualTo(allowed ? null : EtcdError.PERMISSION_DENIED);
        assertThat(refusal(Caller.NOBODY, Commands.put(put))).isEqualTo(EtcdError.USER_EMPTY);
    }

    @ParameterizedTest(name = "delete {0}: {1}")
    @CsvSource({
        "w1, true",
        "'[w,x)', true",
        "'[w,x) prev', false",
        "'[b,d) prev', true",
        "'[b,e)', false",
        "'>=b', false",
        "r1, false",
    })
    void deleteNeedsTheWholeRange(String delete, boolean allowed) {
        assertThat(refusal(alice, Commands.delete(delete))).isEqualTo(allowed ? null : EtcdError.PERMISSION_DENIED);
    }

    @ParameterizedTest(name = "txn {0}: {1}")
    @CsvSource({
        "then put w1=1, true",
        "then put w1=1 else put a=1, false",
        "then put w1=1 else get a, false",
        "if value(r1)=1 then put w1=1, true",
        "if value(w1)=1 then put w1=1, false",
        "then txn{then put w1=1}, true",
        "then txn{then put a=1}, false",
        "then txn{then put w1=1 prev}, false",
        "then txn{then put w2 lease=1}, false",
        "then put w1=1 else txn{if value(a)=1 then get b}, false",
        "'then delete [b,d) prev', true",
        "'then delete [w,x) prev', false",
        "'then get [b,d), put b=1', true",
        "'then get [b,d\0), put b=1', false",
    })
    void txnNeedsBothBranchesAndAllThatIsNested(String txn, boolean allowed) {
        assertThat(refusal(alice, Commands.txn(txn))).isEqualTo(allowed ? null : EtcdError.PERMISSION_DENIED);
    }

    @Test
    void nothingInATxnNeedsNothing() {
        assertThat(refusal(Caller.NOBODY, Commands.txn(""))).isNull();
    }

    @Test
    void revokeNeedsTheKeysOfTheLease() {
        assertThat(refusal(alice, Commands.revoke(1))).isEqualTo(EtcdError.PERMISSION_DENIED);
        assertThat(refusal(alice, Commands.revoke(2))).isNull();
        assertThat(refusal(alice, Commands.revoke(3))).isNull();
        assertThat(refusal(root, Commands.revoke(1))).isNull();
    }

    @Test
    void whatTheRootRoleIsForIsForItOnly() {
        for (Command command : List.of(
                Commands.compact(2),
                Commands.alarm(AlarmAction.ACTIVATE, 1, AlarmType.NOSPACE),
                new Command.ChangeAuth(AuthChanges.of("role add s")))) {
            assertThat(refusal(alice, command)).as(command.toString()).isEqualTo(EtcdError.PERMISSION_DENIED);
            assertThat(refusal(Caller.NOBODY, command)).isEqualTo(EtcdError.USER_EMPTY);
            assertThat(refusal(new Caller("none", 1), command)).isEqualTo(EtcdError.USER_NOT_FOUND);
            assertThat(refusal(new Caller("root", 1), command)).isNull();
        }
    }

    @Test
    void aLeaseIsGrantedToAnybodyWhoIsSomebody() {
        assertThat(refusal(alice, Commands.grant(8, 60))).isNull();
        assertThat(refusal(Caller.NOBODY, Commands.grant(9, 60))).isEqualTo(EtcdError.USER_EMPTY);
    }

    @Test
    void membersThemselvesNeedNoPermission() {
        machine.applied(Commands.compact(2));
        machine.applied(Commands.alarm(AlarmAction.GET, 1, AlarmType.NOSPACE));
        machine.applied(new Command.RevokeExpired(List.of(1L), Machine.TERM));
        machine.applied(new Command.NoOp());
    }

    @Test
    void commandFromBeforeAuthWasOnIsFromNobody() {
        assertThat(machine.rejected(Commands.put("w1=1"))).isEqualTo(EtcdError.USER_EMPTY);
    }

    @Test
    void whatChangedSinceItWasAskedCounts() {
        change("role grant r write z");

        assertThat(refusal(alice, Commands.put("w1=1"))).isEqualTo(EtcdError.AUTH_OLD_REVISION);
    }

    @Test
    void permissionIsGoneForTheVeryNextCommandOfTheBatch() {
        Caller later = new Caller("alice", alice.revision() + 1);
        Command revoke = new Command.ChangeAuth(AuthChanges.of("role revoke r w-x"));
        Command put = Commands.put("w1=2");

        Outcome before = machine.state.apply(new Command.Asked(later, put), Machine.INDEX, Machine.TERM);
        machine.state.apply(new Command.Asked(root, revoke), Machine.INDEX, Machine.TERM);
        Outcome after = machine.state.apply(new Command.Asked(later, put), Machine.INDEX, Machine.TERM);

        assertThat(before).isInstanceOf(Outcome.Applied.class);
        assertThat(after).isEqualTo(new Outcome.Rejected(EtcdError.PERMISSION_DENIED));
        machine.state.commit(machine.index() + 1, Machine.TERM);
    }

    @Test
    void anAlarmComesBeforeThePermission() {
        machine.applied(Commands.alarm(AlarmAction.ACTIVATE, 1, AlarmType.NOSPACE));

        assertThat(refusal(alice, Commands.put("a=1"))).isEqualTo(EtcdError.NO_SPACE);
    }

    @Test
    void tokenIsWhatWasAgreedAndTheIndexOfTheEntry() throws Exception {
        Outcome.Applied loggedIn = machine.applied(new Command.LogIn("alice", "abc"));

        assertThat(AuthenticateResponse.parseFrom(loggedIn.body().toByteArray()).getToken())
                .isEqualTo("abc." + Machine.INDEX);
        assertThat(machine.rejected(new Command.LogIn("none", "abc"))).isEqualTo(EtcdError.AUTH_FAILED);
    }

    @Test
    void nobodyIsRefusedWhileAuthIsOff() {
        change("disable");

        assertThat(refusal(Caller.NOBODY, Commands.put("z=1"))).isNull();
        machine.put("z=2");
    }

    private EtcdError refusal(Caller caller, Command command) {
        Outcome outcome = machine.apply(new Command.Asked(caller, command));
        return outcome instanceof Outcome.Rejected rejected ? rejected.error() : null;
    }
}
