package io.metastore.server.grpc;

import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * What to listen on, in netty's terms: a port, or a file that is a Unix domain socket.
 *
 * @param file null for a port
 * @param channels makes the channel that listens, and removes the file when it is closed
 */
record ListenSocket(SocketAddress address, @Nullable Path file, ChannelFactory<ServerChannel> channels, boolean epoll) {

    static ListenSocket of(SocketAddress address, boolean epoll) {
        if (!(address instanceof UnixDomainSocketAddress unix)) {
            return new ListenSocket(
                    address, null, epoll ? EpollServerSocketChannel::new : NioServerSocketChannel::new, epoll);
        }
        return epoll
                ? new ListenSocket(
                        new DomainSocketAddress(unix.getPath().toString()),
                        unix.getPath(),
                        EpollServerDomainSocketChannel::new,
                        true)
                : new ListenSocket(unix, unix.getPath(), NioServerDomainSocketChannel::new, false);
    }

    boolean isPort() {
        return file == null;
    }

    ChannelOption<Boolean> reusePort() {
        return epoll ? EpollChannelOption.SO_REUSEPORT : NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT);
    }

    /** What was really bound, in the JDK's terms. */
    SocketAddress bound(SocketAddress listening) {
        return file == null ? listening : UnixDomainSocketAddress.of(file);
    }

    /**
     * Removes the socket that a process has left behind; without effect for a port (etcd: client/pkg/transport/unix_listener.go,
     * which removes whatever is there).
     *
     * @throws IOException if the file is something else
     */
    void free() throws IOException {
        if (file == null || !Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther()) {
            throw new IOException("cannot listen on %s: it is there, and not a socket".formatted(file));
        }
        Files.delete(file);
    }
}
