package io.metastore.storage.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The bytes are those that protobuf would write. */
class WatchReplyTest {
    /** What a header field costs here; any number does. */
    private static final int HEADER_BYTES = 30;

    private final HubFixture store = new HubFixture(WatchConfig.forHeap(1L << 30));
    private final List<WatchReply> replies = new ArrayList<>();
    private final StreamWatches stream = store.hub.open(
            new WatchSubscriber() {
                @Override
                public Executor lane() {
                    return store.lane;
                }

                @Override
                public boolean isReady() {
                    return true;
                }

                @Override
                public void write(WatchReply reply) {
                    replies.add(reply);
                }
            },
            WatchGuard.OPEN);

    private WatchReply events(boolean fragment, boolean prevKv, String... transactions) {
        stream.create(WatchCreateRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("\0"))
                .setRangeEnd(ByteString.copyFromUtf8("\0"))
                .setWatchId(300)
                .setPrevKv(prevKv)
                .setFragment(fragment)
                .build());
        store.writeBatch(transactions);
        store.settle();
        return replies.get(replies.size() - 1);
    }

    @Test
    void eventsAreWrittenAsProtobufWritesThem() throws Exception {
        byte[] bytes =
                events(false, true, "put a 1", "put a 2, put b 1", "del a").toByteArray();

        KeyValue first = KeyValue.newBuilder()
                .setKey(ByteString.copyFromUtf8("a"))
                .setCreateRevision(2)
                .setModRevision(2)
                .setVersion(1)
                .setValue(ByteString.copyFromUtf8("1"))
                .build();
        KeyValue second = first.toBuilder()
                .setModRevision(3)
                .setVersion(2)
                .setValue(ByteString.copyFromUtf8("2"))
                .build();
        WatchResponse expected = WatchResponse.newBuilder()
                .setWatchId(300)
                .addEvents(Event.newBuilder().setKv(first))
                .addEvents(Event.newBuilder().setKv(second).setPrevKv(first))
                .addEvents(Event.newBuilder()
                        .setKv(first.toBuilder()
                                .setKey(ByteString.copyFromUtf8("b"))
                                .setCreateRevision(3)
                                .setModRevision(3)))
                .addEvents(Event.newBuilder()
                        .setType(Event.EventType.DELETE)
                        .setKv(KeyValue.newBuilder()
                                .setKey(ByteString.copyFromUtf8("a"))
                                .setModRevision(4))
                        .setPrevKv(second))
                .build();
        assertThat(WatchResponse.parseFrom(bytes)).isEqualTo(expected);
        assertThat(bytes).isEqualTo(expected.toByteArray());
    }

    @Test
    void answersAreWrittenAsProtobufWritesThem() {
        assertThat(WatchReply.created(0, 5).toByteArray())
                .isEqualTo(WatchResponse.newBuilder().setCreated(true).build().toByteArray());
        assertThat(WatchReply.refused("no", 5).toByteArray())
                .isEqualTo(WatchResponse.newBuilder()
                        .setWatchId(-1)
                        .setCreated(true)
                        .setCanceled(true)
                        .setCancelReason("no")
                        .build()
                        .toByteArray());
        assertThat(WatchReply.canceled(1L << 40, 5).toByteArray())
                .isEqualTo(WatchResponse.newBuilder()
                        .setWatchId(1L << 40)
                        .setCanceled(true)
                        .build()
                        .toByteArray());
        assertThat(WatchReply.compacted(7, 200).toByteArray())
                .isEqualTo(WatchResponse.newBuilder()
                        .setWatchId(7)
                        .setCanceled(true)
                        .setCompactRevision(200)
                        .build()
                        .toByteArray());
        assertThat(WatchReply.compacted(7, 200).headerRevision()).isZero();
        assertThat(WatchReply.progress(-1, 9).toByteArray())
                .isEqualTo(WatchResponse.newBuilder().setWatchId(-1).build().toByteArray());
    }

    @Test
    void sizesAreExact() {
        WatchReply reply = events(false, true, "put a 1", "put a 2", "del a");
        assertThat(reply.size()).isEqualTo(reply.toByteArray().length);
    }

    @Test
    void withoutTheFlagALargeResponseIsWhole() {
        WatchReply reply = events(false, false, "put a 1, put b 1, put c 1");

        assertThat(reply.maySplit()).isFalse();
        assertThat(reply.fragments(10, HEADER_BYTES)).containsExactly(reply);
    }

    @Property(tries = 200, shrinking = ShrinkingMode.OFF)
    void piecesStayBelowTheLimitAndTogetherAreTheWhole(
            @ForAll @IntRange(min = 1, max = 700) int maxBytes, @ForAll @IntRange(max = 6) int events)
            throws Exception {
        StringBuilder transaction = new StringBuilder("put k 0");
        for (int i = 0; i < events; i++) {
            transaction.append(", put k").append(i).append(" ").append("v".repeat(1 + 37 * i));
        }
        WatchReply reply = events(true, false, transaction.toString());
        List<WatchReply> pieces = reply.fragments(maxBytes, HEADER_BYTES);

        WatchResponse whole = WatchResponse.parseFrom(reply.toByteArray());
        if (HEADER_BYTES + reply.size() < maxBytes || events == 0) {
            assertThat(pieces).containsExactly(reply);
            return;
        }
        List<Event> together = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i++) {
            WatchReply piece = pieces.get(i);
            WatchResponse response = WatchResponse.parseFrom(piece.toByteArray());
            assertThat(piece.size()).isEqualTo(response.getSerializedSize());
            assertThat(response.getFragment()).isEqualTo(i < pieces.size() - 1);
            assertThat(response.getWatchId()).isEqualTo(300);
            assertThat(piece.headerRevision()).isEqualTo(reply.headerRevision());
            if (response.getEventsCount() > 1) {
                assertThat(HEADER_BYTES + piece.size()).isLessThan(maxBytes);
            }
            together.addAll(response.getEventsList());
        }
        assertThat(together).isEqualTo(whole.getEventsList());
    }
}
