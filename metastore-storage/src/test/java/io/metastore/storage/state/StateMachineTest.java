package io.metastore.storage.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.api.EtcdError;
import io.metastore.api.rpc.AlarmMember;
import io.metastore.api.rpc.AlarmRequest;
import io.metastore.api.rpc.AlarmRequest.AlarmAction;
import io.metastore.api.rpc.AlarmResponse;
import io.metastore.api.rpc.AlarmType;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.storage.cluster.ClusterVersion;
import io.metastore.storage.cluster.Member;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class StateMachineTest {
    private static final Member MEMBER = new Member(-1, "m", List.of("http://p:1"), List.of("http://c:1"), false);

    private final Machine machine = new Machine();

    @AfterEach
    void close() {
        machine.close();
    }

    // Publication

    @Test
    void nothingIsSeenBeforeTheBatchIsCommitted() {
        StateMachine state = machine.state;
        state.apply(Commands.put("a=1"), 1, 2);
        state.apply(Commands.grant(1, 60), 1, 2);
        state.apply(Commands.alarm(AlarmAction.ACTIVATE, 5, AlarmType.NOSPACE), 1, 2);
        state.apply(new Command.PublishMember(MEMBER), 1, 2);
        state.apply(new Command.SetClusterVersion("3.7.0"), 1, 2);

        assertThat(machine.get("a").getCount()).isZero();
        assertThat(StateDigest.of(state)).isEqualTo(StateDigest.of(new ModelState()));
        assertThat(machine.events).isEmpty();
        assertThat(state.appliedIndex()).isZero();

        state.commit(7, 2);

        assertThat(machine.get("a").getCount()).isOne();
        assertThat(state.leases().size()).isOne();
        assertThat(state.alarms().active(AlarmType.NONE)).containsExactly(alarm(5, AlarmType.NOSPACE));
        assertThat(state.members().members()).containsExactly(MEMBER);
        assertThat(state.members().find(-1)).contains(MEMBER);
        assertThat(state.members().clusterVersion()).isEqualTo("3.7.0");
        assertThat(machine.events).containsExactly("PUT a@2.0");
        assertThat(state.appliedIndex()).isEqualTo(7);
        assertThat(state.appliedTerm()).isEqualTo(2);
    }

    @Test
    void anEntryWithoutCommandsMovesTheMarkOnly() {
        machine.state.commit(1, 1);

        assertThat(machine.state.appliedIndex()).isOne();
        assertThat(machine.state.store().currentRevision()).isOne();
        assertThat(machine.events).isEmpty();
    }

    @Test
    void anEntryIsNotAppliedTwice() {
        machine.state.commit(5, 2);

        assertThatThrownBy(() -> machine.state.commit(5, 2)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> machine.state.commit(6, 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void everythingIsThereAfterAStart() {
        machine.put("a=1");
        machine.applied(Commands.alarm(AlarmAction.ACTIVATE, 5, AlarmType.CORRUPT));
        machine.applied(new Command.PublishMember(MEMBER));
        machine.applied(new Command.SetClusterVersion("3.7.0"));
        machine.applied(new Command.SetDowngrade(ClusterVersion.parse("3.6")));
        StateDigest before = StateDigest.of(machine.state);
        machine.state.close();

        try (StateMachine again = StateMachine.open(machine.engine, StateConfig.DEFAULT)) {
            assertThat(StateDigest.of(again)).isEqualTo(before);
            assertThat(again.members().downgradeTarget()).isEqualTo("3.6.0");
            assertThat(again.appliedIndex()).isEqualTo(5);
            assertThat(again.appliedTerm()).isEqualTo(Machine.TERM);
            assertThat(again.apply(Commands.put("a=2"), Machine.INDEX, Machine.TERM))
                    .isEqualTo(new Outcome.Rejected(EtcdError.CORRUPT));
        }
    }

    // Snapshots

    @Test
    void aLoadedStateReplacesEverything(@TempDir Path directory) {
        Path saved = directory.resolve("saved");
        machine.put("a=1");
        machine.applied(Commands.grant(1, 60));
        machine.state.saveTo(saved);
        try (Machine other = new Machine()) {
            other.put("b=1");
            other.put("b=2");
            other.applied(Commands.grant(2, 60));
            other.events.clear();

            other.state.loadFrom(saved);

            assertThat(StateDigest.of(other.state)).isEqualTo(StateDigest.of(machine.state));
            assertThat(other.state.appliedIndex()).isEqualTo(2);
            assertThat(other.events).containsExactly("RESET");
            assertThat(other.get("b").getCount()).isZero();
            assertThat(other.get("a").getKvs(0).getModRevision()).isEqualTo(2);
            other.state.apply(Commands.put("c=1"), Machine.INDEX, Machine.TERM);
            other.state.commit(3, Machine.TERM);
            assertThat(other.get("c").getKvs(0).getModRevision()).isEqualTo(3);
        }
    }

    @Test
    void aCopyIsNotMadeInTheMiddleOfABatch(@TempDir Path directory) {
        machine.state.apply(Commands.put("a=1"), 1, 1);

        assertThatThrownBy(() -> machine.state.saveTo(directory.resolve("x")))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> machine.state.loadFrom(directory.resolve("x")))
                .isInstanceOf(IllegalStateException.class);
    }

    // Alarms

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // command             | with NOSPACE | with CORRUPT
                "put x                 | NO_SPACE | CORRUPT",
                "delete x              |          | CORRUPT",
                "then put x            | NO_SPACE | CORRUPT",
                "else put x            | NO_SPACE | CORRUPT",
                "then txn{else put x}  | NO_SPACE | CORRUPT",
                "then delete x         |          | CORRUPT",
                "then txn{then get x}  |          | CORRUPT",
                "then get x            |          |",
                "compact               |          | CORRUPT",
                "grant                 | NO_SPACE | CORRUPT",
                "revoke                |          | CORRUPT",
                "expired               |          | CORRUPT",
                "checkpoint            |          |",
                "member                |          |",
            })
    void anAlarmRefusesWhatItIsAbout(String text, EtcdError withNoSpace, EtcdError withCorrupt) {
        machine.applied(Commands.grant(1, 60));
        Command command = command(text);

        machine.applied(Commands.alarm(AlarmAction.ACTIVATE, 5, AlarmType.NOSPACE));
        assertThat(refusal(machine.state.apply(command, Machine.INDEX, Machine.TERM)))
                .isEqualTo(withNoSpace);
        machine.state.apply(Commands.alarm(AlarmAction.ACTIVATE, 6, AlarmType.CORRUPT), Machine.INDEX, Machine.TERM);
        assertThat(refusal(machine.state.apply(command(text), Machine.INDEX, Machine.TERM)))
                .as("CORRUPT comes first")
                .isEqualTo(withCorrupt);
    }

    private static Command command(String text) {
        return switch (text) {
            case "compact" -> Commands.compact(1);
            case "grant" -> Commands.grant(2, 60);
            case "revoke" -> Commands.revoke(1);
            case "expired" -> new Command.RevokeExpired(List.of(1L), Machine.TERM);
            case "checkpoint" -> Commands.checkpoint(1, 5);
            case "member" -> new Command.PublishMember(MEMBER);
            case "put x" -> Commands.put("x");
            case "delete x" -> Commands.delete("x");
            default -> Commands.txn(text);
        };
    }

    private static EtcdError refusal(Outcome outcome) {
        return outcome instanceof Outcome.Rejected rejected ? rejected.error() : null;
    }

    @Test
    void anAlarmIsAnsweredWithWhatItChanged() {
        assertThat(alarms(AlarmAction.ACTIVATE, 5, AlarmType.NONE)).isEmpty();
        assertThat(alarms(AlarmAction.ACTIVATE, 5, AlarmType.NOSPACE)).containsExactly(alarm(5, AlarmType.NOSPACE));
        assertThat(alarms(AlarmAction.ACTIVATE, 5, AlarmType.NOSPACE)).containsExactly(alarm(5, AlarmType.NOSPACE));
        assertThat(alarms(AlarmAction.ACTIVATE, 4, AlarmType.CORRUPT)).containsExactly(alarm(4, AlarmType.CORRUPT));
        assertThat(alarms(AlarmAction.GET, 9, AlarmType.NONE))
                .containsExactly(alarm(5, AlarmType.NOSPACE), alarm(4, AlarmType.CORRUPT));
        assertThat(alarms(AlarmAction.GET, 0, AlarmType.CORRUPT)).containsExactly(alarm(4, AlarmType.CORRUPT));
        assertThat(alarms(AlarmAction.DEACTIVATE, 4, AlarmType.NOSPACE)).isEmpty();
        assertThat(alarms(AlarmAction.DEACTIVATE, 5, AlarmType.NOSPACE)).containsExactly(alarm(5, AlarmType.NOSPACE));
        assertThat(alarms(AlarmAction.DEACTIVATE, 5, AlarmType.NOSPACE)).isEmpty();
        assertThat(machine.state.alarms().active(AlarmType.NONE)).containsExactly(alarm(4, AlarmType.CORRUPT));
    }

    @Test
    void anAlarmOfATypeThatNobodyKnowsIsNone() {
        Command raise = new Command.Alarm(AlarmRequest.newBuilder()
                .setAction(AlarmAction.ACTIVATE)
                .setAlarmValue(9)
                .build());
        Command unknownAction = new Command.Alarm(
                AlarmRequest.newBuilder().setActionValue(7).setAlarmValue(1).build());

        assertThat(machine.applied(raise).body().size()).isZero();
        assertThat(machine.applied(unknownAction).body().size()).isZero();
        assertThat(machine.state.alarms().active(AlarmType.UNRECOGNIZED)).isEmpty();
        assertThat(machine.state.alarms().active(AlarmType.NONE)).isEmpty();
    }

    private List<AlarmMember> alarms(AlarmAction action, long member, AlarmType type) {
        Outcome.Applied applied = machine.applied(Commands.alarm(action, member, type));
        return ((AlarmResponse) Machine.answer(applied, AlarmResponse.newBuilder())).getAlarmsList();
    }

    private static AlarmMember alarm(long member, AlarmType type) {
        return AlarmMember.newBuilder().setMemberID(member).setAlarm(type).build();
    }

    // Quota

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "then put ab=12345                                   | 263",
                "then put a, put b, get c, delete d                  | 514",
                "then put a else put b, put c                        | 514",
                "then put a, txn{then put b else put c, put d}       | 771",
                "then get a, delete b                                | 0",
            })
    void aTxnCostsWhatItsDearerBranchPuts(String text, long cost) {
        TxnRequest txn = Txns.txn(text);

        assertThat(new Command.Txn(txn).spaceCost()).isEqualTo(cost);
    }

    @Test
    void onlyWhatGrowsNeedsSpace() {
        machine.put("a=1");
        Quota full = machine.state.quota(1);

        assertThat(full.hasSpaceFor(Commands.put("a"))).isFalse();
        assertThat(full.hasSpaceFor(Commands.txn("else put a"))).isFalse();
        assertThat(full.hasSpaceFor(Commands.grant(1, 60))).isFalse();
        assertThat(full.hasSpaceFor(Commands.delete("a"))).isTrue();
        assertThat(full.hasSpaceFor(Commands.txn("then delete a"))).isTrue();
        assertThat(full.hasSpaceFor(Commands.compact(1))).isTrue();
        assertThat(full.hasSpaceFor(Commands.revoke(1))).isTrue();
    }

    @Test
    void theQuotaIsReachedWhenSizeAndCostAre() {
        long size = machine.state.dbSize();
        Command put = Commands.put("a=1"); // 258

        assertThat(machine.state.quota(size + 258).hasSpaceFor(put)).isFalse();
        assertThat(machine.state.quota(size + 259).hasSpaceFor(put)).isTrue();
        assertThat(machine.state.quota(-1).hasSpaceFor(put)).isTrue();
        assertThat(machine.state.quota(0).bytes()).isEqualTo(2147483648L);
        assertThat(machine.state.quota(-1).bytes()).isEqualTo(-1);
    }
}
