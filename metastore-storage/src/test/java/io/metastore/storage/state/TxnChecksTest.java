package io.metastore.storage.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.api.EtcdError;
import io.metastore.api.EtcdException;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import java.util.Collections;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class TxnChecksTest {
    private static final int MAX_OPS = 128;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "then put a, put a                                     | DUPLICATE_KEY",
                "then put a, put b                                     |",
                "then put a, delete [a,b)                              | DUPLICATE_KEY",
                "then delete [a,b), put a                              | DUPLICATE_KEY",
                "then delete a, put a                                  | DUPLICATE_KEY",
                "then put a, get a                                     |",
                "then delete a, delete a                               |",
                "then delete [a,c), delete [b,d)                       |",
                "then put b, delete [a,b)                              |",
                "then put a, delete >=a                                |",
                "then put a, delete >=b                                |",
                "then put b, delete [c,a)                              |",
                "then put a else put a                                 |",
                "else put a, put a                                     | DUPLICATE_KEY",
                "then txn{then put a}, txn{then put a}                 | DUPLICATE_KEY",
                "then txn{then put a else put a}                       |",
                "then txn{then put a else put a}, put a                | DUPLICATE_KEY",
                "then txn{then put a}, txn{then delete a}              |",
                "then txn{then delete a}, txn{then put a}              | DUPLICATE_KEY",
                "then txn{then delete a}, txn{else put a}              | DUPLICATE_KEY",
                "then put a, txn{then delete a}                        | DUPLICATE_KEY",
                "then txn{then delete a}, put a                        | DUPLICATE_KEY",
                "then delete a, txn{then put a}                        | DUPLICATE_KEY",
                "then txn{then put a}, delete a                        | DUPLICATE_KEY",
                "then txn{then put a}, txn{then get a}                 |",
                "then txn{then put a, put a}                           | DUPLICATE_KEY",
                "then txn{else put a, delete a}                        | DUPLICATE_KEY",
                "then txn{then txn{then put a}}, txn{then txn{then put a}} | DUPLICATE_KEY",
                "then txn{then txn{then put a}, txn{then delete a}}    |",
                "then txn{then txn{then delete [a,c)}}, put b          | DUPLICATE_KEY",
                "then delete [c,e), delete [a,c), put d                | DUPLICATE_KEY",
                "then delete [a,c), delete [c,e), put c                | DUPLICATE_KEY",
                "then delete [a,b), delete [c,d), put b                |",
            })
    void aKeyChangesOnceInABranchAsFarAsEtcdLooks(String txn, EtcdError expected) {
        expect(() -> TxnChecks.check(Txns.txn(txn), MAX_OPS), expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "if version(_)=0                     | EMPTY_KEY",
                "then get _                          | EMPTY_KEY",
                "then put _                          | EMPTY_KEY",
                "else delete _                       | EMPTY_KEY",
                "then txn{if version(_)=0}           | EMPTY_KEY",
                "then txn{else put _}                | EMPTY_KEY",
                "then nothing                        | KEY_NOT_FOUND",
                "then put a, put a else nothing      | KEY_NOT_FOUND",
                "then get a order=7                  | INVALID_SORT_OPTION",
                "then get a target=5                 | INVALID_SORT_OPTION",
                "then get a order=2 target=4         |",
                "then put a=1 ignore_value           | VALUE_PROVIDED",
                "then put a ignore_value             |",
                "then put a lease=1 ignore_lease     | LEASE_PROVIDED",
                "then put a=1 lease=1 ignore_value ignore_lease | VALUE_PROVIDED",
                "then put a ignore_lease             |",
                "then put _ lease=1 ignore_lease     | EMPTY_KEY",
                "then put a, put a, put _            | EMPTY_KEY",
            })
    void eachOperationIsCheckedBeforeKeysAreCompared(String txn, EtcdError expected) {
        expect(() -> TxnChecks.check(Txns.txn(txn), MAX_OPS), expected);
    }

    @ParameterizedTest
    @CsvSource({"128, 0, 0,", "0, 128, 0,", "0, 0, 128,", "128, 128, 128,"})
    void asManyAsAllowedPass(int compares, int successes, int failures, EtcdError none) {
        expect(() -> TxnChecks.check(wide(compares, successes, failures), MAX_OPS), none);
    }

    @ParameterizedTest
    @CsvSource({"129, 0, 0", "0, 129, 0", "0, 0, 129", "1, 1, 129"})
    void oneMoreIsTooMany(int compares, int successes, int failures) {
        expect(() -> TxnChecks.check(wide(compares, successes, failures), MAX_OPS), EtcdError.TOO_MANY_OPS);
    }

    @ParameterizedTest
    @CsvSource({"28, 0,", "27, 0,", "29, 0, TOO_MANY_OPS", "28, 1, TOO_MANY_OPS", "20, 8,", "20, 9, TOO_MANY_OPS"})
    void aNestedTxnMayHaveWhatItsParentsLeave(int nested, int nestedInThat, EtcdError expected) {
        TxnRequest.Builder inner = wide(0, nested - (nestedInThat > 0 ? 1 : 0), 0).toBuilder();
        if (nestedInThat > 0) {
            inner.addSuccess(op(wide(nestedInThat, 0, 0)));
        }
        TxnRequest outer =
                wide(0, 99, 0).toBuilder().addSuccess(op(inner.build())).build();

        expect(() -> TxnChecks.check(outer, MAX_OPS), expected);
    }

    @Test
    void depthHasABoundOfItsOwn() {
        expect(() -> TxnChecks.check(deep(TxnChecks.MAX_DEPTH), 1_000_000), null);
        expect(() -> TxnChecks.check(deep(TxnChecks.MAX_DEPTH + 1), 1_000_000), EtcdError.TOO_MANY_OPS);
    }

    @Test
    void tenThousandOperationsAreCheckedQuickly() {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int i = 0; i < 10_000; i++) {
            txn.addSuccess(Txns.op("put k%05d".formatted(i)));
            txn.addSuccess(Txns.op("delete [l%05d,l%05dx)".formatted(i, i)));
        }

        expect(() -> TxnChecks.check(txn.build(), 20_000), null);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "then get a                                | true  | false",
                "then get a serializable                   | true  | true",
                "then get a serializable else get b        | true  | false",
                "then get a serializable else put b        | false | false",
                "then delete b                             | false | false",
                "then txn{then get a serializable}         | false | false",
                "then nothing                              | false | false",
                "if version(a)=0                           | true  | true",
            })
    void onlyRangesMakeARead(String text, boolean readOnly, boolean serializable) {
        TxnRequest txn = Txns.txn(text);

        assertThat(TxnKind.isReadOnly(txn)).isEqualTo(readOnly);
        assertThat(TxnKind.isSerializable(txn)).isEqualTo(serializable);
    }

    @Test
    void anEmptyTxnIsASerializableRead() {
        assertThat(TxnKind.isReadOnly(TxnRequest.getDefaultInstance())).isTrue();
        assertThat(TxnKind.isSerializable(TxnRequest.getDefaultInstance())).isTrue();
    }

    static TxnRequest deep(int depth) {
        TxnRequest txn = TxnRequest.getDefaultInstance();
        for (int i = 1; i < depth; i++) {
            txn = TxnRequest.newBuilder().addSuccess(op(txn)).build();
        }
        return txn;
    }

    private static TxnRequest wide(int compares, int successes, int failures) {
        return TxnRequest.newBuilder()
                .addAllCompare(Collections.nCopies(
                        compares, Compare.newBuilder().setKey(Txns.bytes("c")).build()))
                .addAllSuccess(Collections.nCopies(successes, Txns.op("get s")))
                .addAllFailure(Collections.nCopies(failures, Txns.op("get f")))
                .build();
    }

    private static RequestOp op(TxnRequest txn) {
        return RequestOp.newBuilder().setRequestTxn(txn).build();
    }

    private static void expect(ThrowingCallable check, EtcdError expected) {
        if (expected == null) {
            assertThatCode(check).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(check).isInstanceOfSatisfying(EtcdException.class, refusal -> assertThat(refusal.error())
                    .isEqualTo(expected));
        }
    }
}
