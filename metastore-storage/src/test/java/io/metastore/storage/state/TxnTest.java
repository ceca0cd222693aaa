package io.metastore.storage.state;

import static io.metastore.storage.state.WorkedVectorsTest.deleted;
import static io.metastore.storage.state.WorkedVectorsTest.kv;
import static io.metastore.storage.state.WorkedVectorsTest.op;
import static io.metastore.storage.state.WorkedVectorsTest.put;
import static io.metastore.storage.state.WorkedVectorsTest.range;
import static io.metastore.storage.state.WorkedVectorsTest.txn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.api.EtcdError;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.api.rpc.TxnResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class TxnTest {
    private final Machine machine = new Machine();

    /** a is at version 2 with lease 7, b at version 1; zzz is not there. */
    @BeforeEach
    void fill() {
        machine.applied(Commands.grant(7, 60));
        machine.put("a=1");
        machine.put("b=x");
        machine.put("a=2 lease=7"); // revision 4
    }

    @AfterEach
    void close() {
        machine.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "version(a)=2        | true",
                "version(a)!=2       | false",
                "version(a)>1        | true",
                "version(a)<2        | false",
                "create(a)=2         | true",
                "mod(a)=4            | true",
                "mod(a)<4            | false",
                "lease(a)=7          | true",
                "lease(b)=0          | true",
                "value(a)=2          | true",
                "value(a)!=2         | false",
                "value(a)>1          | true",
                "value(a)<1          | false",
                "value(b)>a          | true",
                // A key that isn't there has zeros, and no value.
                "version(zzz)=0      | true",
                "create(zzz)=0       | true",
                "mod(zzz)<5          | true",
                "mod(zzz)>0          | false",
                "lease(zzz)=0        | true",
                "value(zzz)=         | false",
                "value(zzz)!=1       | false",
                "value(zzz)<1        | false",
                // For every key of a range; an empty one is like a key that isn't there.
                "version([a,c))>0    | true",
                "version([a,c))>1    | false",
                "mod(>=a)>2          | true",
                "mod(>=a)>3          | false",
                "lease([a,c))=0      | false",
                "version([c,d))=0    | true",
                "version([z,a))=0    | true",
                "value([c,d))!=1     | false",
                // All must hold.
                "version(a)=2, version(b)=1 | true",
                "version(a)=2, version(b)=2 | false",
            })
    void comparesDecideTheBranch(String compares, boolean succeeded) {
        assertThat(machine.txn("if " + compares).getSucceeded()).isEqualTo(succeeded);
        assertThat(machine.txn("if " + compares + " then put y else put n").getSucceeded())
                .isEqualTo(succeeded);
    }

    @ParameterizedTest
    @CsvSource({
        // target, relation (by number), holds for a, holds for a key that isn't there
        "9, 0, true, true", // a target nobody knows compares as equal
        "9, 3, false, false",
        "9, 1, false, false",
        "0, 9, true, true", // a relation nobody knows holds
        "3, 9, true, false", // but a value that isn't there never compares
    })
    void numbersNobodyKnowsAreReadAsEtcdReadsThem(int target, int relation, boolean forKey, boolean forNone) {
        assertThat(holds(compare("a", target, relation))).isEqualTo(forKey);
        assertThat(holds(compare("zzz", target, relation))).isEqualTo(forNone);
    }

    @Test
    void anOperandOfAnotherKindReadsAsZeroOrEmpty() {
        Compare.Builder versionWithoutOperand = compare("a", Compare.CompareTarget.VERSION_VALUE, 1);
        Compare.Builder valueWithNumber =
                compare("a", Compare.CompareTarget.VALUE_VALUE, 1).setVersion(9);

        assertThat(holds(versionWithoutOperand)).isTrue(); // 2 > 0
        assertThat(holds(versionWithoutOperand.setModRevision(9))).isTrue();
        assertThat(holds(valueWithNumber)).isTrue(); // "2" > ""
    }

    private static Compare.Builder compare(String key, int target, int relation) {
        return Compare.newBuilder()
                .setKey(Txns.bytes(key))
                .setTargetValue(target)
                .setResultValue(relation);
    }

    private boolean holds(Compare.Builder compare) {
        TxnRequest request = TxnRequest.newBuilder().addCompare(compare).build();
        boolean asCommand = bodySaysSucceeded(machine.applied(new Command.Txn(request)));
        assertThat(bodySaysSucceeded(ReadOnlyTxn.evaluate(request, machine.state.store())))
                .isEqualTo(asCommand);
        return asCommand;
    }

    private static boolean bodySaysSucceeded(Outcome.Applied applied) {
        return applied.body().size() > 0;
    }

    @Test
    void nestedComparesSeeTheStateBeforeTheWholeTxn() {
        assertThat(machine.txn("then put c=1, txn{if version(c)=0 then put d=1 else put d=2}"))
                .isEqualTo(txn(5, true)
                        .addResponses(op(put(5)))
                        .addResponses(op(TxnResponse.newBuilder()
                                .setHeader(ResponseHeader.getDefaultInstance())
                                .setSucceeded(true)
                                .addResponses(op(put(5)))
                                .build()))
                        .build());
        assertThat(machine.get("d").getKvs(0).getValue()).isEqualTo(Txns.bytes("1"));
    }

    @Test
    void onlyTheChosenPathRuns() {
        TxnResponse response =
                machine.txn("if version(a)=9 then put x else txn{if version(a)=2 then put c=1 else put x}, get c");

        assertThat(response.getSucceeded()).isFalse();
        assertThat(response.getResponses(0).getResponseTxn().getSucceeded()).isTrue();
        assertThat(response.getResponses(1)).isEqualTo(op(range(5, kv("c", "1", 5, 5, 1))));
        assertThat(machine.get("x").getCount()).isZero();
    }

    @Test
    void theHeaderOfANestedTxnIsThereAndEmpty() {
        TxnResponse nested = machine.txn("then txn{then put c}").getResponses(0).getResponseTxn();

        assertThat(nested.hasHeader()).isTrue();
        assertThat(nested.getHeader()).isEqualTo(ResponseHeader.getDefaultInstance());
    }

    @Test
    void eachAnswerHasTheRevisionAtItsPlace() {
        assertThat(machine.txn("then get zzz, delete zzz, put c, get zzz, delete zzz, txn{then get zzz}"))
                .isEqualTo(txn(5, true)
                        .addResponses(op(range(4)))
                        .addResponses(op(deleted(4, 0)))
                        .addResponses(op(put(5)))
                        .addResponses(op(range(5)))
                        .addResponses(op(deleted(5, 0)))
                        .addResponses(op(TxnResponse.newBuilder()
                                .setHeader(ResponseHeader.getDefaultInstance())
                                .setSucceeded(true)
                                .addResponses(op(range(5)))
                                .build()))
                        .build());
    }

    @Test
    void readsSeeWhatTheTxnHasDoneAndHistoryAsItWas() {
        TxnResponse response = machine.txn("then put a=3 prev, get a rev=2, get a, delete a prev, get a");

        assertThat(response.getResponses(0).getResponsePut().getPrevKv().getValue())
                .isEqualTo(Txns.bytes("2"));
        assertThat(response.getResponses(1)).isEqualTo(op(range(5, kv("a", "1", 2, 2, 1))));
        assertThat(response.getResponses(2)).isEqualTo(op(range(5, kv("a", "3", 2, 5, 3))));
        assertThat(response.getResponses(3).getResponseDeleteRange().getPrevKvs(0))
                .isEqualTo(kv("a", "3", 2, 5, 3));
        assertThat(response.getResponses(4)).isEqualTo(op(range(5)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "then put c=1, get a rev=5                     | FUTURE_REVISION",
                "then get a rev=99, put c lease=9              | FUTURE_REVISION",
                "then put c lease=9, get a rev=99              | LEASE_NOT_FOUND",
                "then put c=1, txn{then put d lease=9}         | LEASE_NOT_FOUND",
                "then put c=1, txn{then get a rev=-2}          | COMPACTED",
                "then put c=1, put zzz ignore_lease            | KEY_NOT_FOUND",
                "then put c=1, txn{then put zzz ignore_value}  | KEY_NOT_FOUND",
                "else put c=1, get a rev=99                    |",
                "then get a rev=4, put c=1                     |",
                "then get a rev=-1, put c=1                    |",
            })
    void theWholePathIsCheckedBeforeAnythingChanges(String text, EtcdError expected) {
        Outcome outcome = machine.apply(Commands.txn(text));

        if (expected == null) {
            outcome.orThrow();
        } else {
            assertThat(outcome).isEqualTo(new Outcome.Rejected(expected));
            assertThat(machine.state.store().currentRevision()).isEqualTo(4);
            assertThat(machine.get("c").getCount()).isZero();
        }
    }

    @Test
    void aPutCannotKeepWhatAnotherOperationCreates() {
        assertThat(machine.rejected(Commands.txn("then txn{then put c=1}, put c ignore_value")))
                .isEqualTo(EtcdError.KEY_NOT_FOUND);
    }

    /** A real etcd stops with a panic here. */
    @Test
    void aPutThatKeepsWhatTheTxnHasDeletedKeepsNothing() {
        machine.txn("then delete >=a, put a ignore_value ignore_lease");

        assertThat(machine.get("a").getKvs(0)).isEqualTo(kv("a", "", 5, 5, 1));
    }

    @Test
    void aKeyPutAndDeletedInOneRevisionIsGoneAndSeenTwice() {
        machine.events.clear();
        machine.txn("then txn{then put c=1}, txn{then delete c}");

        assertThat(machine.get("c").getCount()).isZero();
        assertThat(machine.events).containsExactly("PUT c@5.0", "DELETE c@5.1");
    }

    @Test
    void compactedRevisionsAreRefusedInATxnToo() {
        machine.applied(Commands.compact(3));

        assertThat(machine.rejected(Commands.txn("then put c=1, get a rev=2"))).isEqualTo(EtcdError.COMPACTED);
        assertThat(machine.txn("then put c=1, get a rev=3").getResponses(1))
                .isEqualTo(op(range(5, kv("a", "1", 2, 2, 1))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"then get a rev=5", "then get a rev=-2", "then get b, get a rev=99"})
    void aReadOnlyTxnIsRefusedAsAWhole(String text) {
        assertThatThrownBy(() -> machine.txn(text)).isInstanceOf(io.metastore.api.EtcdException.class);
    }

    @Test
    void aReadOnlyTxnReadsPastTheLog() {
        long index = machine.state.appliedIndex();

        assertThat(machine.txn("if value(a)=2 then get a, get b rev=3, get >=a count"))
                .isEqualTo(txn(4, true)
                        .addResponses(op(range(
                                4, kv("a", "2", 2, 4, 2).toBuilder().setLease(7).build())))
                        .addResponses(op(range(4, kv("b", "x", 3, 3, 1))))
                        .addResponses(op(range(4).toBuilder().setCount(2).build()))
                        .build());
        assertThat(machine.state.appliedIndex()).isEqualTo(index);
    }

    @Test
    void laterCommandsOfABatchSeeEarlierOnes() {
        StateMachine state = machine.state;
        state.apply(Commands.put("k=1"), Machine.INDEX, Machine.TERM);
        assertThat(state.apply(Commands.compact(5), Machine.INDEX, Machine.TERM))
                .isInstanceOf(Outcome.Applied.class);
        assertThat(state.apply(Commands.compact(5), Machine.INDEX, Machine.TERM))
                .isEqualTo(new Outcome.Rejected(EtcdError.COMPACTED));
        Outcome txn = state.apply(Commands.txn("if value(k)=1 then put k=2, get k rev=5"), Machine.INDEX, Machine.TERM);
        assertThat(txn.orThrow().revision()).isEqualTo(6);
        assertThat(state.apply(Commands.txn("then put k=2, get k rev=4"), Machine.INDEX, Machine.TERM))
                .isEqualTo(new Outcome.Rejected(EtcdError.COMPACTED));
        assertThat(state.store().currentRevision()).isEqualTo(4);
        machine.events.clear();
        state.commit(machine.index() + 1, Machine.TERM);

        assertThat(state.store().currentRevision()).isEqualTo(6);
        assertThat(machine.events).containsExactly("PUT k@5.0", "PUT k@6.0", "COMPACT 5");
    }
}
