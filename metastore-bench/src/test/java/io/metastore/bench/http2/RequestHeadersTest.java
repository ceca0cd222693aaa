package io.metastore.bench.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class RequestHeadersTest {
    private final DefaultHttp2HeadersDecoder server = new DefaultHttp2HeadersDecoder();

    private byte[] frame(RequestHeaders headers, int streamId, String path) {
        ByteSink out = new ByteSink(8);
        headers.write(out, streamId, path);
        byte[] frame = out.toByteArray();
        assertThat(Frames.uint24(frame, 0)).isEqualTo(frame.length - Frames.HEADER_BYTES);
        assertThat(frame[3]).isEqualTo((byte) Frames.HEADERS);
        assertThat(frame[4]).isEqualTo((byte) Frames.END_HEADERS);
        assertThat(Frames.uint32(frame, 5)).isEqualTo(streamId);
        return frame;
    }

    private void assertDecodes(byte[] frame, String path) throws Exception {
        Http2Headers decoded = server.decodeHeaders(
                1, Unpooled.wrappedBuffer(frame, Frames.HEADER_BYTES, frame.length - Frames.HEADER_BYTES));
        assertThat(decoded.method()).hasToString("POST");
        assertThat(decoded.scheme()).hasToString("http");
        assertThat(decoded.path()).hasToString(path);
        assertThat(decoded.authority()).hasToString("127.0.0.1:2379");
        assertThat(decoded.get("te")).hasToString("trailers");
        assertThat(decoded.get("content-type")).hasToString("application/grpc");
        assertThat(decoded.size()).isEqualTo(6);
    }

    @Test
    void laterCallsRefersToWhatTheFirstInserted() throws Exception {
        RequestHeaders headers = new RequestHeaders("127.0.0.1:2379", Access.PLAIN, 4096);
        for (int round = 0; round < 5; round++) {
            for (int method = 0; method < 6; method++) {
                String path = "/etcdserverpb.KV/Method" + method;
                byte[] frame = frame(headers, 2 * round + 1, path);
                assertDecodes(frame, path);
                if (round > 0) {
                    assertThat(frame).hasSize(Frames.HEADER_BYTES + 6);
                }
            }
        }
    }

    @Test
    void aTokenIsSentOnceAndReferredToThen() throws Exception {
        RequestHeaders headers = new RequestHeaders("127.0.0.1:2379", Access.PLAIN.withToken("abc.7"), 4096);
        int first = 0;
        for (int call = 0; call < 3; call++) {
            byte[] frame = frame(headers, 2 * call + 1, "/etcdserverpb.KV/Put");
            Http2Headers decoded = server.decodeHeaders(
                    1, Unpooled.wrappedBuffer(frame, Frames.HEADER_BYTES, frame.length - Frames.HEADER_BYTES));
            assertThat(decoded.get("token")).hasToString("abc.7");
            if (call == 0) {
                first = frame.length;
            } else {
                assertThat(frame).hasSizeLessThan(first).hasSize(Frames.HEADER_BYTES + 7);
            }
        }
    }

    @Test
    void aServerWithASmallTableGetsLiterals() throws Exception {
        RequestHeaders headers = new RequestHeaders("127.0.0.1:2379", Access.PLAIN, 0);
        server.maxHeaderTableSize(0);
        byte[] first = frame(headers, 1, "/etcdserverpb.KV/Put");
        byte[] second = frame(headers, 1, "/etcdserverpb.KV/Put");

        assertDecodes(first, "/etcdserverpb.KV/Put");
        assertDecodes(second, "/etcdserverpb.KV/Put");
        assertThat(second).hasSize(first.length - 1);
    }
}
