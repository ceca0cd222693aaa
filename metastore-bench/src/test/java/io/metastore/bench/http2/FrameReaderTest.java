package io.metastore.bench.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class FrameReaderTest {
    private final List<String> frames = new ArrayList<>();
    private final FrameReader reader =
            new FrameReader((type, flags, streamId, bytes, offset, length) -> frames.add(type + " " + flags + " "
                    + streamId + " " + Arrays.toString(Arrays.copyOfRange(bytes, offset, offset + length))));

    private static byte[] someFrames() {
        ByteSink out = new ByteSink(8);
        Frames.settingsAck(out);
        Frames.header(out, 3, Frames.DATA, Frames.END_STREAM, 0x7ffffffd);
        out.put(new byte[] {1, 2, 3});
        Frames.windowUpdate(out, 5, 70_000);
        Frames.pingAck(out, new byte[] {0, 8, 7, 6, 5, 4, 3, 2, 1}, 1);
        return out.toByteArray();
    }

    @Test
    void cutsFramesWhereverReadsEnd() {
        byte[] all = someFrames();
        reader.read(Unpooled.wrappedBuffer(all));
        List<String> expected = List.copyOf(frames);
        assertThat(expected)
                .containsExactly(
                        "4 1 0 []",
                        "0 1 2147483645 [1, 2, 3]",
                        "8 0 5 [0, 1, 17, 112]",
                        "6 1 0 [8, 7, 6, 5, 4, 3, 2, 1]");

        for (int first = 0; first <= all.length; first++) {
            for (int second = first; second <= all.length; second++) {
                frames.clear();
                reader.read(Unpooled.wrappedBuffer(all, 0, first));
                reader.read(Unpooled.wrappedBuffer(all, first, second - first));
                reader.read(Unpooled.wrappedBuffer(all, second, all.length - second));
                assertThat(frames).isEqualTo(expected);
            }
        }
    }

    @Test
    void ignoresTheReservedBitOfTheStreamId() {
        ByteSink out = new ByteSink(8);
        Frames.header(out, 0, Frames.DATA, 0, 0x80000001);

        reader.read(Unpooled.wrappedBuffer(out.toByteArray()));

        assertThat(frames).containsExactly("0 0 1 []");
    }

    @Test
    void takesTheLargestFrameAllowedAndNoLarger() {
        ByteSink out = new ByteSink(8);
        Frames.header(out, 16_384, 77, 0, 1);
        out.put(new byte[16_384]);
        reader.read(Unpooled.wrappedBuffer(out.toByteArray()));
        assertThat(frames).hasSize(1);

        ByteSink larger = new ByteSink(8);
        Frames.header(larger, 16_385, Frames.DATA, 0, 1);
        assertThatThrownBy(() -> reader.read(Unpooled.wrappedBuffer(larger.toByteArray())))
                .hasMessageContaining("16385");
    }
}
