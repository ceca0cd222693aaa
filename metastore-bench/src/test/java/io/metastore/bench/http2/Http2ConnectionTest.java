package io.metastore.bench.http2;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The connection against a server of hand-made frames. */
@Timeout(20)
class Http2ConnectionTest {
    private static final String PATH = "/etcdserverpb.KV/Put";

    private record Frame(int type, int flags, int streamId, ByteString bytes) {
        byte[] payload() {
            return bytes.toByteArray();
        }
    }

    private static final class Call extends GrpcStream {
        final List<String> seen = new ArrayList<>();

        @Override
        protected void onMessage(byte[] bytes, int offset, int length) {
            seen.add("message " + length);
        }

        @Override
        protected void onClosed(int grpcStatus, String message) {
            seen.add("closed " + grpcStatus + " " + message);
        }
    }

    private final Http2Connection connection = new Http2Connection("localhost:1", Access.PLAIN, 1 << 20);
    private final EmbeddedChannel channel = new EmbeddedChannel(connection);
    private final DefaultHttp2HeadersEncoder serverHeaders = new DefaultHttp2HeadersEncoder();
    private final Call call = new Call();

    @BeforeEach
    void serverSettings() {
        skipPreface();
        sendSettings(Frames.SETTINGS_MAX_CONCURRENT_STREAMS, 100);
        assertThat(connection.ready()).isCompletedWithValue(connection);
        List<Frame> sent = sent();
        assertThat(sent).hasSize(1);
        assertThat(sent.get(0).type()).isEqualTo(Frames.SETTINGS);
        assertThat(sent.get(0).flags()).isEqualTo(Frames.ACK);
    }

    @AfterEach
    void release() {
        channel.finishAndReleaseAll();
    }

    private void skipPreface() {
        ByteBuf opening = channel.readOutbound();
        assertThat(opening.readableBytes()).isEqualTo(24 + 9 + 12 + 9 + 4);
        opening.release();
    }

    private void sendSettings(int key, int value) {
        ByteSink out = new ByteSink(8);
        out.uint16(key);
        out.uint32(value);
        send(Frames.SETTINGS, 0, 0, out.toByteArray());
    }

    private void send(int type, int flags, int streamId, byte[] payload) {
        ByteSink out = new ByteSink(8);
        Frames.header(out, payload.length, type, flags, streamId);
        out.put(payload);
        channel.writeInbound(Unpooled.wrappedBuffer(out.toByteArray()));
    }

    private byte[] block(Http2Headers headers) throws Exception {
        ByteBuf out = Unpooled.buffer();
        serverHeaders.encodeHeaders(1, headers, out);
        byte[] block = new byte[out.readableBytes()];
        out.readBytes(block);
        return block;
    }

    private byte[] trailers(int status) throws Exception {
        return block(new DefaultHttp2Headers()
                .add("grpc-status", Integer.toString(status))
                .add("grpc-message", "m"));
    }

    private List<Frame> sent() {
        List<Frame> frames = new ArrayList<>();
        FrameReader reader = new FrameReader((type, flags, streamId, bytes, offset, length) ->
                frames.add(new Frame(type, flags, streamId, ByteString.copyFrom(bytes, offset, length))));
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            reader.read(out);
            out.release();
        }
        return frames;
    }

    private void begin(int messageBytes) {
        assertThat(connection.unary(PATH, call, out -> out.put(new byte[messageBytes])))
                .isTrue();
        connection.flush();
    }

    private static byte[] uint32(int value) {
        ByteSink out = new ByteSink(4);
        out.uint32(value);
        return out.toByteArray();
    }

    @Test
    void aUnaryCallIsTwoFrames() throws Exception {
        begin(10);

        List<Frame> sent = sent();
        assertThat(sent).extracting(Frame::type).containsExactly(Frames.HEADERS, Frames.DATA);
        assertThat(sent.get(1).flags()).isEqualTo(Frames.END_STREAM);
        assertThat(sent.get(1).payload()).startsWith(0, 0, 0, 0, 10).hasSize(15);

        send(Frames.HEADERS, Frames.END_HEADERS, 1, block(new DefaultHttp2Headers().status("200")));
        send(Frames.DATA, 0, 1, new byte[] {0, 0, 0, 0, 2, 8, 1});
        send(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, 1, trailers(0));
        assertThat(call.seen).containsExactly("message 2", "closed 0 m");
    }

    @Test
    void theNextCallTakesTheNextStream() throws Exception {
        begin(1);
        send(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, 1, trailers(5));
        begin(1);
        send(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, 3, trailers(0));

        assertThat(call.seen).containsExactly("closed 5 m", "closed 0 m");
    }

    @Test
    void sendsNoMoreThanTheWindowsAllow() {
        sendSettings(Frames.SETTINGS_INITIAL_WINDOW_SIZE, 20_000);
        sent();
        begin(69_995);
        assertThat(sent()).extracting(f -> f.payload().length).endsWith(16_384, 20_000 - 16_384);

        send(Frames.WINDOW_UPDATE, 0, 1, uint32(100_000));
        assertThat(sent()).extracting(f -> f.payload().length).containsExactly(16_384, 16_384, 12_767);

        send(Frames.WINDOW_UPDATE, 0, 0, uint32(100_000));
        List<Frame> rest = sent();
        assertThat(rest).extracting(f -> f.payload().length).containsExactly(70_000 - 65_535);
        assertThat(rest.get(0).flags()).isEqualTo(Frames.END_STREAM);
    }

    @Test
    void aLargerInitialWindowOpensStreamsThatWait() {
        sendSettings(Frames.SETTINGS_INITIAL_WINDOW_SIZE, 10);
        sent();
        begin(45);
        assertThat(sent()).extracting(f -> f.payload().length).endsWith(10);

        sendSettings(Frames.SETTINGS_INITIAL_WINDOW_SIZE, 30);
        assertThat(sent())
                .filteredOn(f -> f.type() == Frames.DATA)
                .extracting(f -> f.payload().length)
                .containsExactly(20);
    }

    @Test
    void acknowledgesPings() {
        send(Frames.PING, 0, 0, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
        List<Frame> sent = sent();
        assertThat(sent).hasSize(1);
        assertThat(sent.get(0).flags()).isEqualTo(Frames.ACK);
        assertThat(sent.get(0).payload()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);

        send(Frames.PING, Frames.ACK, 0, new byte[8]);
        assertThat(sent()).isEmpty();
    }

    @Test
    void opensTheWindowsOnceHalfIsUsed() {
        begin(1);
        sent();
        byte[] data = new byte[16_384];
        ByteSink prefix = new ByteSink(5);
        prefix.put(0);
        prefix.uint32(100_000_000);
        System.arraycopy(prefix.toByteArray(), 0, data, 0, 5);
        for (int i = 0; i < 31; i++) {
            send(Frames.DATA, 0, 1, i == 0 ? data : new byte[16_384]);
        }
        assertThat(sent()).isEmpty();

        send(Frames.DATA, 0, 1, new byte[16_384]);
        List<Frame> sent = sent();
        assertThat(sent).extracting(Frame::type).containsOnly(Frames.WINDOW_UPDATE);
        assertThat(sent).extracting(Frame::streamId).containsExactly(0, 1);
        assertThat(sent)
                .allSatisfy(f -> assertThat(Frames.uint32(f.payload(), 0)).isEqualTo(32 * 16_384));
    }

    @Test
    void readsHeadersThatGoOnInContinuations() throws Exception {
        begin(1);
        byte[] block = trailers(7);
        send(Frames.HEADERS, Frames.END_STREAM, 1, Arrays.copyOf(block, 3));
        send(Frames.CONTINUATION, 0, 1, Arrays.copyOfRange(block, 3, 5));
        send(Frames.CONTINUATION, Frames.END_HEADERS, 1, Arrays.copyOfRange(block, 5, block.length));

        assertThat(call.seen).containsExactly("closed 7 m");
    }

    @Test
    void readsPaddedFrames() throws Exception {
        begin(1);
        send(Frames.DATA, Frames.PADDED, 1, new byte[] {2, 0, 0, 0, 0, 1, 9, 0, 0});
        ByteSink padded = new ByteSink(8);
        padded.put(3);
        padded.uint32(0);
        padded.put(16);
        padded.put(trailers(0));
        padded.put(new byte[3]);
        send(
                Frames.HEADERS,
                Frames.PADDED | Frames.PRIORITY | Frames.END_HEADERS | Frames.END_STREAM,
                1,
                padded.toByteArray());

        assertThat(call.seen).containsExactly("message 1", "closed 0 m");
    }

    @Test
    void tellsOfAResetStream() {
        begin(1);
        send(Frames.RST_STREAM, 0, 1, uint32(7));

        assertThat(call.seen).containsExactly("closed 2 RST_STREAM, error code 7");
    }

    @Test
    void aGoawayEndsOnlyTheCallsThatTheServerLeftOut() throws Exception {
        begin(1);
        Call second = new Call();
        connection.unary(PATH, second, out -> out.put(1));
        ByteSink goaway = new ByteSink(8);
        goaway.uint32(1);
        goaway.uint32(11);
        goaway.ascii("too_many_pings");
        send(Frames.GOAWAY, 0, 0, goaway.toByteArray());

        assertThat(second.seen).containsExactly("closed 14 GOAWAY, error code 11 too_many_pings");
        assertThat(call.seen).isEmpty();
        assertThat(connection.unary(PATH, second, out -> out.put(1))).isFalse();
        send(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, 1, trailers(0));
        assertThat(call.seen).containsExactly("closed 0 m");
    }

    @Test
    void aLostConnectionEndsItsCalls() {
        begin(1);
        channel.close();

        assertThat(call.seen).containsExactly("closed 14 connection closed by the server");
        assertThat(connection.lost()).isNotNull();
    }

    @Test
    void anAnswerWithoutAStatusIsAnError() throws Exception {
        begin(1);
        send(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, 1, block(new DefaultHttp2Headers().status("502")));

        assertThat(call.seen).containsExactly("closed 2 no grpc-status, HTTP status 502");
    }

    @Test
    void successInTheMiddleOfAMessageIsAnError() throws Exception {
        begin(1);
        send(Frames.DATA, 0, 1, new byte[] {0, 0, 0, 0, 9, 1});
        send(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, 1, trailers(0));

        assertThat(call.seen).containsExactly("closed 2 the call ended inside a message");
    }

    @Test
    void aBrokenProtocolEndsTheConnection() {
        begin(1);
        send(Frames.PUSH_PROMISE, 0, 1, new byte[4]);

        assertThat(call.seen).hasSize(1).first().asString().startsWith("closed 14 protocol error");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void aCanceledCallIsNotCalledBack() throws Exception {
        begin(1);
        sent();
        connection.cancel(call);
        connection.flush();

        assertThat(sent()).extracting(Frame::type).containsExactly(Frames.RST_STREAM);
        send(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, 1, trailers(0));
        assertThat(call.seen).isEmpty();
    }
}
