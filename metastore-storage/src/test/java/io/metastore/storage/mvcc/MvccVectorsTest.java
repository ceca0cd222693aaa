package io.metastore.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.metastore.api.EtcdError;
import io.metastore.api.EtcdException;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeRequest.SortOrder;
import io.metastore.api.rpc.RangeRequest.SortTarget;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.storage.engine.MemoryEngine;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** etcd's answers to a known series of requests, as far as the key space alone gives them. */
@Timeout(60)
class MvccVectorsTest {
    private final StoreFixture store = new StoreFixture(new MemoryEngine());

    @Test
    void anEmptyStoreIsAtRevisionOne() {
        assertThat(store.mvcc.currentRevision()).isEqualTo(1);
        assertThat(store.mvcc.compactedRevision()).isEqualTo(-1);
        assertThat(store.get("a", 0)).isEqualTo(RangeResponse.getDefaultInstance());
    }

    @Test
    void theLifeOfAKey() {
        assertThat(store.put("a", "1")).isEqualTo(2);
        assertThat(store.put("a", "2")).isEqualTo(3);
        assertThat(only("a", 0)).isEqualTo("a=2 create 2 mod 3 version 2");
        assertThat(store.delete("a")).isEqualTo(4);
        assertThat(store.delete("a")).isEqualTo(4);
        assertThat(store.put("a", "3")).isEqualTo(5);
        assertThat(only("a", 0)).isEqualTo("a=3 create 5 mod 5 version 1");
        assertThat(only("a", 3)).isEqualTo("a=2 create 2 mod 3 version 2");
        assertThat(only("a", 4)).isEqualTo("none");
        assertThat(only("a", 1)).isEqualTo("none");
        assertThat(store.mvcc
                        .range(RangeQuery.of(KeyRange.ofKey(Key.of("a")), 3))
                        .revision())
                .isEqualTo(5);
        assertRefused(6, EtcdError.FUTURE_REVISION);
    }

    @Test
    void changesOfOneTransactionShareItsRevision() throws CompactedException {
        theLifeOfAKey();
        List<Change> changes = store.apply(txn -> {
            assertThat(txn.revision()).isEqualTo(5);
            txn.put(Key.of("b"), ByteString.copyFromUtf8("1"), 0);
            assertThat(txn.revision()).isEqualTo(6);
            txn.put(Key.of("c"), ByteString.copyFromUtf8("1"), 0);
            RangeResult b = txn.range(RangeQuery.of(KeyRange.ofKey(Key.of("b")), 0));
            assertThat(b.revision()).isEqualTo(6);
            assertThat(StoreFixture.parse(b).getKvs(0).getModRevision()).isEqualTo(6);
            assertThat(txn.deleteRange(KeyRange.ofKey(Key.of("a")), null)).isEqualTo(1);
        });
        assertThat(changes.stream().map(MvccVectorsTest::show)).containsExactly("6.0 b", "6.1 c", "6.2 a deleted");
        assertThat(changes.stream().map(Change::isCreation)).containsExactly(true, true, false);
        assertThat(store.changes(6, 6).stream().map(MvccVectorsTest::show))
                .containsExactly("6.0 b", "6.1 c", "6.2 a deleted");
    }

    @Test
    void aCompactionHidesWhatIsBelowItAndNothingElse() throws CompactedException {
        changesOfOneTransactionShareItsRevision();
        store.compact(4);
        assertThat(store.mvcc.currentRevision()).isEqualTo(6);
        for (String when : List.of("before erasing", "after erasing")) {
            assertRefused(3, EtcdError.COMPACTED);
            assertThat(only("a", 4)).as(when).isEqualTo("none");
            assertThat(only("a", 5)).as(when).isEqualTo("a=3 create 5 mod 5 version 1");
            assertThatThrownBy(() -> store.compact(4))
                    .isInstanceOfSatisfying(
                            EtcdException.class, e -> assertThat(e.error()).isEqualTo(EtcdError.COMPACTED));
            assertThatThrownBy(() -> store.compact(7))
                    .isInstanceOfSatisfying(
                            EtcdException.class, e -> assertThat(e.error()).isEqualTo(EtcdError.FUTURE_REVISION));
            assertThatThrownBy(() -> store.changes(3, 6))
                    .isInstanceOfSatisfying(CompactedException.class, e -> assertThat(e.compactRevision())
                            .isEqualTo(4));
            List<Change> changes = store.changes(4, 6);
            assertThat(changes.stream().map(MvccVectorsTest::show))
                    .containsExactly("4.0 a deleted", "5.0 a", "6.0 b", "6.1 c", "6.2 a deleted");
            assertThat(changes.stream()
                            .map(store.mvcc::keyValueBefore)
                            .map(before -> before == null
                                    ? "-"
                                    : StoreFixture.parse(before).getValue().toStringUtf8()))
                    .containsExactly("-", "-", "-", "-", "3");
            store.erase();
        }
    }

    @Test
    void compactionToZeroSucceedsOnce() {
        store.compact(0);
        assertThat(store.mvcc.compactedRevision()).isZero();
        assertThatThrownBy(() -> store.compact(0)).isInstanceOf(EtcdException.class);
        assertThatThrownBy(() -> store.compact(-1)).isInstanceOf(EtcdException.class);
    }

    @ParameterizedTest(name = "{0} {1} limit {2}: {3}")
    @CsvSource({
        "VERSION, ASCEND, 0, c b a, false",
        "VERSION, DESCEND, 2, a b, true",
        "VERSION, NONE, 0, c b a, false",
        "VERSION, NONE, 1, b, true",
        "VERSION, ASCEND, 1, c, true",
        "KEY, DESCEND, 1, c, true",
        "KEY, DESCEND, 3, c b a, false",
        "KEY, NONE, 2, a b, true",
        "MOD, DESCEND, 0, a b c, false",
        "VALUE, DESCEND, 0, a b c, false",
    })
    void sortsAndCutsAsEtcdDoes(SortTarget target, SortOrder order, long limit, String keys, boolean more) {
        putABC();
        RangeResponse response = store.range(
                all().setSortTarget(target).setSortOrder(order).setLimit(limit).build());
        assertThat(keysOf(response)).isEqualTo(keys);
        assertThat(response.getMore()).isEqualTo(more);
        assertThat(response.getCount()).isEqualTo(3);
    }

    @Test
    void filtersComeBeforeTheLimitAndAfterTheCount() {
        putABC();
        long modOfB = store.get("b", 0).getKvs(0).getModRevision();
        RangeResponse response =
                store.range(all().setMaxModRevision(modOfB).setLimit(1).build());
        assertThat(keysOf(response)).isEqualTo("b");
        assertThat(response.getMore()).isTrue();
        assertThat(response.getCount()).isEqualTo(3);
    }

    @Test
    void countOnlyIgnoresTheLimit() {
        putABC();
        RangeResponse response =
                store.range(all().setCountOnly(true).setLimit(1).build());
        assertThat(response).isEqualTo(RangeResponse.newBuilder().setCount(3).build());
    }

    @Test
    void keysOnlyLeavesOutTheLeaseUnlessValuesWereSortedBy() {
        store.apply(txn -> txn.put(Key.of("a"), ByteString.copyFromUtf8("v"), 77));
        KeyValue keyOnly = KeyValue.newBuilder()
                .setKey(ByteString.copyFromUtf8("a"))
                .setCreateRevision(2)
                .setModRevision(2)
                .setVersion(1)
                .build();
        RangeRequest.Builder request = all().setKeysOnly(true);
        assertThat(store.range(request.build()).getKvs(0)).isEqualTo(keyOnly);
        assertThat(store.range(request.setSortTarget(SortTarget.VALUE).build()).getKvs(0))
                .isEqualTo(keyOnly.toBuilder().setLease(77).build());
    }

    @Test
    void aCommandWithoutEffectTakesNoRevision() {
        WriteTxn txn = store.mvcc.writer();
        txn.begin();
        assertThat(txn.deleteRange(KeyRange.ALL, null)).isZero();
        assertThat(txn.end()).isFalse();
        txn.begin();
        txn.put(Key.of("a"), ByteString.EMPTY, 0);
        assertThat(txn.end()).isTrue();
        assertThat(store.mvcc.currentRevision()).isEqualTo(1);
        txn.commit();
        assertThat(store.mvcc.currentRevision()).isEqualTo(2);
        assertThat(only("a", 0)).isEqualTo("a= create 2 mod 2 version 1");
    }

    private void putABC() {
        for (int i = 0; i < 3; i++) {
            store.put("a", "3");
        }
        store.put("b", "2");
        store.put("b", "2");
        store.put("c", "1");
        // Modified in the order c, b, a.
        store.apply(txn -> txn.deleteRange(KeyRange.ALL, null));
        store.put("c", "1");
        store.put("b", "2");
        store.put("b", "2");
        for (int i = 0; i < 3; i++) {
            store.put("a", "3");
        }
    }

    private static RangeRequest.Builder all() {
        ByteString zero = ByteString.copyFrom(new byte[1]);
        return RangeRequest.newBuilder().setKey(zero).setRangeEnd(zero);
    }

    private static String keysOf(RangeResponse response) {
        return String.join(
                " ",
                response.getKvsList().stream()
                        .map(kv -> kv.getKey().toStringUtf8())
                        .toList());
    }

    private String only(String key, long revision) {
        RangeResponse response = store.get(key, revision);
        assertThat(response.getKvsCount()).isEqualTo((int) response.getCount());
        if (response.getKvsCount() == 0) {
            return "none";
        }
        KeyValue kv = response.getKvs(0);
        return "%s=%s create %d mod %d version %d"
                .formatted(
                        kv.getKey().toStringUtf8(),
                        kv.getValue().toStringUtf8(),
                        kv.getCreateRevision(),
                        kv.getModRevision(),
                        kv.getVersion());
    }

    private static String show(Change change) {
        return change.revision() + " " + change.key() + (change.tombstone() ? " deleted" : "");
    }

    private void assertRefused(long revision, EtcdError error) {
        assertThatThrownBy(() -> store.get("a", revision))
                .isInstanceOfSatisfying(EtcdException.class, refused -> assertThat(refused.error())
                        .isEqualTo(error));
    }
}
