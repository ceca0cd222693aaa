package io.metastore.server.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class FirstBytesTest {
    private final List<Channel> plain = new ArrayList<>();

    /** Like gRPC: speaks first, and when it has to go. */
    private static final class Speaker extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            context.writeAndFlush(Unpooled.copiedBuffer("settings", US_ASCII));
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(Unpooled.copiedBuffer("acknowledged", US_ASCII));
            context.fireChannelRead(message);
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            context.writeAndFlush(Unpooled.copiedBuffer("going away", US_ASCII));
            context.close();
        }
    }

    private EmbeddedChannel accepted() {
        EmbeddedChannel parent = new EmbeddedChannel(FirstBytes.acceptor(plain::add));
        EmbeddedChannel connection = new EmbeddedChannel(false, false);
        parent.writeInbound(connection);
        connection.pipeline().addLast("grpc", new Speaker());
        try {
            connection.register();
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
        return connection;
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, US_ASCII);
    }

    @Test
    void nothingIsSaidBeforeTheClientHasSpoken() {
        EmbeddedChannel connection = accepted();

        assertThat(connection.<ByteBuf>readOutbound()).isNull();
    }

    @Test
    void anHttp2ClientGetsWhatGrpcHasSaidMeanwhile() {
        EmbeddedChannel connection = accepted();

        connection.writeInbound(bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));

        assertThat(connection.<ByteBuf>readInbound().toString(US_ASCII)).startsWith("PRI * HTTP/2.0");
        assertThat(connection.<ByteBuf>readOutbound().toString(US_ASCII)).isEqualTo("settings");
        assertThat(connection.<ByteBuf>readOutbound().toString(US_ASCII)).isEqualTo("acknowledged");
        assertThat(connection.pipeline().get("first-bytes")).isNull();
        assertThat(plain).isEmpty();
    }

    @Test
    void anHttp1ClientNeverHearsOfGrpc() {
        EmbeddedChannel connection = accepted();

        connection.writeInbound(bytes("GET /health HTTP/1.1\r\n\r\n"));

        assertThat(plain).containsExactly(connection);
        assertThat(connection.<ByteBuf>readOutbound()).isNull();
        assertThat(connection.pipeline().get("grpc")).isNull();
        assertThat(connection.<ByteBuf>readInbound().toString(US_ASCII)).startsWith("GET /health");
        assertThat(connection.isOpen()).isTrue();
    }

    @Test
    void aPutRequestOfHttp1IsNoPreface() {
        EmbeddedChannel connection = accepted();

        connection.writeInbound(bytes("PUT / HTTP/1.1\r\n\r\n"));

        assertThat(plain).containsExactly(connection);
    }
}
