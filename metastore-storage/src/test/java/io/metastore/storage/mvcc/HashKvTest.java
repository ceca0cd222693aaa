package io.metastore.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.api.EtcdError;
import io.metastore.api.EtcdException;
import io.metastore.storage.engine.MemoryEngine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The numbers are those that etcd computes for the same histories. */
@Timeout(60)
class HashKvTest {
    private static final int CYCLE = 71;

    private final StoreFixture store = new StoreFixture(new MemoryEngine());

    @Test
    void followsTheHistoryOfOneKeyThroughACompaction() {
        assertThat(store.hash(0)).isEqualTo("1084519789 -1 1");
        store.put("foo", "bar");
        assertThat(store.hash(0)).isEqualTo("3305255506 -1 2");
        store.put("foo", "baz");
        assertThat(store.hash(0)).isEqualTo("2020292994 -1 3");
        assertThat(store.hash(2)).isEqualTo("3305255506 -1 2");
        store.delete("foo");
        assertThat(store.hash(0)).isEqualTo("3153096970 -1 4");
        store.put("k", "v");
        assertThat(store.hash(0)).isEqualTo("896261032 -1 5");

        store.compact(4);
        assertThat(store.hash(0)).isEqualTo("931625057 4 5");
        store.erase();

        assertThat(store.hash(0)).isEqualTo("931625057 4 5");
        assertThat(store.hash(4)).isEqualTo("3153096970 -1 4");
    }

    @Test
    void equalsEtcdsInTheMiddleOfCycles() {
        assertThat(hashesOfCycles(false))
                .containsExactly(
                        "4082599214 -1 35",
                        "2279933401 35 106",
                        "3284231217 106 177",
                        "126286495 177 248",
                        "900108730 248 319",
                        "2475485232 319 390",
                        "1226296507 390 461",
                        "2503661030 461 532",
                        "4155130747 532 603",
                        "106915399 603 674",
                        "406914006 674 745",
                        "1882211381 745 816",
                        "806177088 816 887",
                        "664311366 887 958",
                        "1496914449 958 1029",
                        "2434525091 1029 1100",
                        "3988652253 1100 1171",
                        "1122462288 1171 1242",
                        "724436716 1242 1883");
    }

    @Test
    void equalsEtcdsAtTheLastRevision() {
        assertThat(hashesOfCycles(true))
                .containsExactly(
                        "1913897190 -1 73",
                        "224860069 73 145",
                        "1565167519 145 217",
                        "1566261620 217 289",
                        "2037173024 289 361",
                        "691659396 361 433",
                        "2713730748 433 505",
                        "3919322507 505 577",
                        "769967540 577 649",
                        "2909194793 649 721",
                        "1576921157 721 793",
                        "4067701532 793 865",
                        "2226384237 865 937",
                        "2923408134 937 1009",
                        "2680329256 1009 1081",
                        "1546717673 1081 1153",
                        "2713657846 1153 1225",
                        "1046575299 1225 1297",
                        "2017735779 1297 2508");
    }

    @Test
    void aRevisionOutOfReachIsRefused() {
        store.put("a", "1");
        store.put("a", "2");
        assertRefused(9, EtcdError.FUTURE_REVISION);
        store.compact(3);
        assertRefused(2, EtcdError.COMPACTED);
    }

    @Test
    void onlyTheNewestTenCompactionHashesAreKept() {
        for (int i = 2; i <= 14; i++) {
            store.put("a", "" + i);
            store.compact(i);
            store.erase();
        }
        assertRefused(4, EtcdError.COMPACTED);
        assertThat(store.hash(5)).endsWith(" 4 5");
        assertThat(store.hash(14)).endsWith(" 13 14");
    }

    @Test
    void theHashOfTheStateDoesNotDependOnHowFarErasingGot() {
        for (int i = 0; i < 100; i++) {
            store.put("k" + i % 7, "v" + i);
            if (i % 5 == 0) {
                store.delete("k" + i % 7);
            }
        }
        store.compact(80);
        int before = store.mvcc.hash();
        store.erase();
        assertThat(store.mvcc.hash()).isEqualTo(before);
        store.put("x", "y");
        assertThat(store.mvcc.hash()).isNotEqualTo(before);
    }

    private List<String> hashesOfCycles(boolean lastRevision) {
        List<String> hashes = new ArrayList<>();
        long total = 1210;
        long rev = 0;
        for (; rev < total; rev += CYCLE) {
            putAll(rev, CYCLE);
            hashes.add(hashAndCompact(lastRevision ? 0 : rev + CYCLE / 2));
        }
        putAll(rev, total);
        hashes.add(hashAndCompact(lastRevision ? 0 : rev + total / 2));
        return hashes;
    }

    private void putAll(long from, long count) {
        for (long i = from; i <= from + count; i++) {
            store.put(keyFor(i), "" + i);
        }
    }

    private String hashAndCompact(long revision) {
        long at = revision == 0 ? store.mvcc.currentRevision() : revision;
        String hash = store.hash(at);
        store.compact(at);
        store.erase();
        return hash;
    }

    private static String keyFor(long i) {
        if (i % CYCLE == 30) {
            return i % (2 * CYCLE) == 30 ? "zenek" : "xavery";
        }
        return List.of("alice", "bob", "celine", "dominik", "eve", "frederica", "gorge")
                .get((int) (i % 7));
    }

    private void assertRefused(long revision, EtcdError error) {
        assertThatThrownBy(() -> store.hash(revision))
                .isInstanceOfSatisfying(EtcdException.class, refused -> assertThat(refused.error())
                        .isEqualTo(error));
    }
}
