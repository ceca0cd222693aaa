package io.metastore.server.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a unit of {@code Type=notify} waits for. */
@Tag("compat")
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ServiceManagerIT {
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

    @TempDir
    Path directory;

    @AfterEach
    void stopListening() {
        loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }

    @Test
    void aSocketInTheFileSystemIsTold() throws Exception {
        Path socket = directory.resolve("notify");

        tells(socket.toString(), socket.toString());
    }

    @Test
    void aSocketOutsideOfTheFileSystemIsTold() throws Exception {
        String name = "metastore-" + UUID.randomUUID();

        tells("\0" + name, "@" + name);
    }

    @Test
    void aManagerThatDoesNotListenHoldsNothingUp() {
        Program program = Binaries.metastore().withEnvironment("NOTIFY_SOCKET", "/no/such/socket");
        try (ProcessMember member = new ProcessMember(program, directory.resolve("data")).start()) {
            member.stop();
        }
    }

    private void tells(String bound, String named) throws InterruptedException {
        Channel listener = new Bootstrap()
                .group(loop)
                .channel(EpollDomainDatagramChannel.class)
                .handler(new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext context, DomainDatagramPacket packet) {
                        told.add(packet.content().toString(UTF_8));
                    }
                })
                .bind(new DomainSocketAddress(bound))
                .sync()
                .channel();
        Program program = Binaries.metastore().withEnvironment("NOTIFY_SOCKET", named);
        try (ProcessMember member = new ProcessMember(program, directory.resolve("data")).start()) {
            assertThat(told.poll(20, TimeUnit.SECONDS)).isEqualTo("READY=1");

            member.stop();

            assertThat(told.poll(20, TimeUnit.SECONDS)).isEqualTo("STOPPING=1");
            assertThat(told).isEmpty();
        }
        listener.close().sync();
    }
}
