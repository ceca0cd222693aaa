package io.metastore.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeRequest.SortOrder;
import io.metastore.api.rpc.RangeRequest.SortTarget;
import io.metastore.storage.engine.MemoryEngine;
import java.io.OutputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Reads of more than one read may hold, and answers of more than can be sent. */
class LargeReadTest {
    private static final int MIB = 1 << 20;

    private final StoreFixture store =
            new StoreFixture(new MemoryEngine(), new MvccConfig(MIB, MIB, 10_000, 100, Duration.ZERO, 100));

    @Test
    void whatIsTooLargeIsRefusedInEveryOrder() {
        for (int i = 0; i < 12; i++) {
            store.put("k" + i, "v".repeat(1000));
        }
        for (SortOrder order : new SortOrder[] {SortOrder.NONE, SortOrder.ASCEND, SortOrder.DESCEND}) {
            for (SortTarget target : new SortTarget[] {SortTarget.KEY, SortTarget.VALUE, SortTarget.MOD}) {
                RangeRequest.Builder all = all().setSortOrder(order).setSortTarget(target);
                assertThatThrownBy(() -> store.range(all.build()))
                        .as("%s %s", order, target)
                        .isInstanceOf(ResponseTooLargeException.class)
                        .hasMessageMatching("grpc: trying to send message larger than max \\(1\\d{4} vs\\. 10000\\)");
                if (target != SortTarget.VALUE || order == SortOrder.NONE) {
                    assertThat(store.range(all.setLimit(8).build()).getKvsCount())
                            .isEqualTo(8);
                }
            }
        }
        assertThat(store.range(all().setKeysOnly(true).build()).getKvsCount()).isEqualTo(12);
        assertThat(store.range(all().setCountOnly(true).build()).getCount()).isEqualTo(12);
        assertThat(store.get("k1", 0).getKvsCount()).isOne();
    }

    @Test
    void anAnswerThatCannotBeSentIsOnlyMeasured() {
        byte[] part = new byte[MIB];
        BodyBuilder inner = new BodyBuilder();
        for (int i = 0; i < 2048; i++) {
            inner.message(2, part);
        }
        ResponseBody tooLarge = inner.build();
        assertThat(tooLarge.size()).isEqualTo(2048L * (MIB + 4));
        assertThatThrownBy(() -> tooLarge.writeTo(OutputStream.nullOutputStream()))
                .hasMessageContaining("more than can be sent");

        ResponseBody around = new BodyBuilder()
                .message(1, new byte[3], tooLarge)
                .body(tooLarge)
                .varint(3, 1)
                .build();
        assertThat(around.size()).isEqualTo(1 + 5 + 3 + 2 * tooLarge.size() + 2);
    }

    @Test
    void aTransactionThatWritesMayReadMore() {
        for (int i = 0; i < 12; i++) {
            store.put("k" + i, "v".repeat(1000));
        }
        // What applies must not depend on the memory of one member.
        store.apply(txn -> assertThat(
                        txn.range(RangeQuery.fromRequest(all().build())).count())
                .isEqualTo(12));
    }

    private static RangeRequest.Builder all() {
        return RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).setRangeEnd(ByteString.copyFromUtf8("l"));
    }
}
