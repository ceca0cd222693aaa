package io.metastore.bench.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ResponseHeadersTest {
    private final DefaultHttp2HeadersEncoder server = new DefaultHttp2HeadersEncoder();
    private final ResponseHeaders client = new ResponseHeaders();

    private byte[] encode(Http2Headers headers) throws Exception {
        ByteBuf out = Unpooled.buffer();
        server.encodeHeaders(1, headers, out);
        return ByteBufUtil.getBytes(out);
    }

    private ResponseHeaders.Block decode(byte[] block) {
        return client.decode(block, 0, block.length);
    }

    private static Http2Headers begin() {
        return new DefaultHttp2Headers().status("200").add("content-type", "application/grpc");
    }

    private static Http2Headers trailers(int status, String message) {
        return new DefaultHttp2Headers()
                .add("grpc-status", Integer.toString(status))
                .add("grpc-message", message);
    }

    @Test
    void readsStatusAndMessage() throws Exception {
        assertThat(decode(encode(begin()))).isEqualTo(new ResponseHeaders.Block(200, -1, ""));
        assertThat(decode(encode(trailers(0, "")))).isEqualTo(new ResponseHeaders.Block(-1, 0, ""));
        assertThat(decode(encode(trailers(11, "etcdserver: mvcc%3A 100%25 %C3%A4"))))
                .isEqualTo(new ResponseHeaders.Block(-1, 11, "etcdserver: mvcc: 100% \u00e4"));
    }

    /** Indexes shift with each insertion: what was remembered before must not be trusted after. */
    @Test
    void staysRightWhileTheTableChanges() throws Exception {
        Random random = new Random(1);
        for (int i = 0; i < 5_000; i++) {
            int status = random.nextInt(17);
            String message = random.nextInt(20) == 0 ? "text " + i : "text";
            assertThat(decode(encode(begin())).httpStatus()).isEqualTo(200);
            assertThat(decode(encode(trailers(status, message))))
                    .isEqualTo(new ResponseHeaders.Block(-1, status, message));
        }
    }

    @Test
    void knowsBlocksThatLeaveTheTableAlone() throws Exception {
        byte[] inserting = encode(trailers(0, ""));
        byte[] indexed = encode(trailers(0, ""));
        assertThat(ResponseHeaders.changesTable(inserting, 0, inserting.length)).isTrue();
        assertThat(ResponseHeaders.changesTable(indexed, 0, indexed.length)).isFalse();

        // Literal without indexing: name "a", value of 200 bytes.
        ByteSink literal = new ByteSink(8);
        literal.put(0);
        literal.put(1);
        literal.ascii("a");
        literal.put(127);
        literal.put(200 - 127);
        literal.put(new byte[200]);
        assertThat(ResponseHeaders.changesTable(literal.toByteArray(), 0, literal.size()))
                .isFalse();
        assertThat(ResponseHeaders.changesTable(literal.toByteArray(), 0, literal.size() - 1))
                .isTrue();
    }

    @Test
    void refusesWhatIsNoHeaderBlock() {
        assertThatThrownBy(() -> decode(new byte[] {(byte) 0xff, (byte) 0xff})).isInstanceOf(Http2Exception.class);
    }
}
