package io.metastore.bench.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class GrpcStreamTest {
    private static final class Recording extends GrpcStream {
        final boolean keeps;
        final List<byte[]> messages = new ArrayList<>();
        final List<Integer> skipped = new ArrayList<>();

        Recording(boolean keeps) {
            this.keeps = keeps;
        }

        @Override
        protected boolean keepsMessages() {
            return keeps;
        }

        @Override
        protected void onMessage(byte[] bytes, int offset, int length) {
            messages.add(Arrays.copyOfRange(bytes, offset, offset + length));
        }

        @Override
        protected void onSkipped(int length) {
            skipped.add(length);
        }

        @Override
        protected void onClosed(int grpcStatus, String message) {}
    }

    private static byte[] prefixed(byte[]... messages) {
        ByteSink out = new ByteSink(8);
        for (byte[] message : messages) {
            out.put(0);
            out.uint32(message.length);
            out.put(message);
        }
        return out.toByteArray();
    }

    @Test
    void findsMessagesWhereverFramesEnd() {
        byte[][] messages = {{1, 2, 3}, {}, {4}, {5, 6, 7, 8, 9, 10}};
        byte[] all = prefixed(messages);
        for (int first = 0; first <= all.length; first++) {
            for (int second = first; second <= all.length; second++) {
                Recording kept = new Recording(true);
                Recording skipped = new Recording(false);
                for (Recording stream : List.of(kept, skipped)) {
                    stream.data(all, 0, first);
                    stream.data(all, first, second - first);
                    stream.data(all, second, all.length - second);
                    assertThat(stream.endsInsideMessage()).isFalse();
                }
                assertThat(kept.messages.toArray(byte[][]::new)).isDeepEqualTo(messages);
                assertThat(skipped.skipped).containsExactly(3, 0, 1, 6);
            }
        }
    }

    @Test
    void noticesAnUnfinishedMessage() {
        byte[] all = prefixed(new byte[] {1, 2, 3});
        for (int cut = 1; cut < all.length; cut++) {
            for (boolean keeps : new boolean[] {true, false}) {
                Recording stream = new Recording(keeps);
                stream.data(all, 0, cut);
                assertThat(stream.endsInsideMessage()).isTrue();
                stream.reset(3, 0);
                assertThat(stream.endsInsideMessage()).isFalse();
            }
        }
    }

    @Test
    void refusesCompressedMessages() {
        assertThatThrownBy(() -> new Recording(true).data(new byte[] {1, 0, 0, 0, 0}, 0, 5))
                .hasMessageContaining("compressed");
    }
}
