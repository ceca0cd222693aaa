package io.metastore.server.door;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class FirstBytesTest {
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private final List<Channel> plain = new ArrayList<>();
    private int taken;

    private final FirstBytes.Http http = new FirstBytes.Http() {
        @Override
        public void http1(Channel channel) {
            plain.add(channel);
        }

        @Override
        public void http2(Channel channel) {
            throw new AssertionError("HTTP/2 without TLS is gRPC");
        }
    };

    private EmbeddedChannel connection(boolean withHttp, boolean withGrpc) {
        FirstBytes.Offer offer =
                new FirstBytes.Offer(true, null, withHttp ? http : null, new RejectedConnections("client"));
        FirstBytes.Grpc grpc = (context, session, commonName) -> {
            taken++;
            context.pipeline().replace(context.name(), "grpc", new ChannelInboundHandlerAdapter());
        };
        EmbeddedChannel connection = new EmbeddedChannel(new FirstBytes(offer, withGrpc ? grpc : null));
        // Like what gRPC puts behind a connection that is not negotiated.
        connection.pipeline().addLast("waiting", new ChannelInboundHandlerAdapter());
        return connection;
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, US_ASCII);
    }

    private static String read(EmbeddedChannel connection) {
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf next = connection.readInbound(); next != null; next = connection.readInbound()) {
            all.writeBytes(next);
        }
        return all.toString(US_ASCII);
    }

    @Test
    void aPrefaceIsGrpcs() {
        EmbeddedChannel connection = connection(true, true);

        connection.writeInbound(bytes(PREFACE));

        assertThat(taken).isEqualTo(1);
        assertThat(read(connection)).isEqualTo(PREFACE);
        assertThat(connection.pipeline().get(FirstBytes.class)).isNull();
        assertThat(connection.pipeline().get("waiting")).isNotNull();
        assertThat(plain).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /health HTTP/1.1\r\n\r\n", "PUT / HTTP/1.1\r\n\r\n", "PROPFIND / HTTP/1.1\r\n\r\n"})
    void anythingElseIsHttp(String request) {
        EmbeddedChannel connection = connection(true, true);

        connection.writeInbound(bytes(request));

        assertThat(plain).containsExactly(connection);
        assertThat(read(connection)).isEqualTo(request);
        assertThat(connection.pipeline().get("waiting")).isNull();
        assertThat(taken).isZero();
    }

    @Test
    void bytesMayComeOneByOne() {
        EmbeddedChannel connection = connection(true, true);
        for (byte next : "PROPFIND /".getBytes(US_ASCII)) {
            connection.writeInbound(Unpooled.wrappedBuffer(new byte[] {next}));
        }
        assertThat(plain).containsExactly(connection);
        assertThat(read(connection)).isEqualTo("PROPFIND /");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0016\u0003\u0001", "GET /"})
    void whatIsNotServedIsClosed(String start) {
        EmbeddedChannel connection = connection(false, true);
        connection.writeInbound(bytes(start));
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void aPortWithoutGrpcClosesPrefaces() {
        EmbeddedChannel connection = connection(true, false);
        connection.writeInbound(bytes(PREFACE));
        assertThat(connection.isOpen()).isFalse();
    }
}
