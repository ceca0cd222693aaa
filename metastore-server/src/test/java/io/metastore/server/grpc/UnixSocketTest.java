package io.metastore.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.server.config.Flag;
import io.metastore.server.config.ServerConfig.StorageEngine;
import io.metastore.server.data.StartException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class UnixSocketTest {
    @TempDir
    Path directory;

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private Path socket;

    @BeforeEach
    void nameIt() {
        socket = directory.resolve("localhost:1");
    }

    @AfterEach
    void stop() {
        loop.shutdownGracefully();
    }

    @Test
    void grpcAndHttpAreServedAtAFile() throws Exception {
        try (EmbeddedMember member = start(Map.of())) {
            assertThat(member.server().clientEndpoints()).containsExactly("unix://" + socket);
            ByteString key = ByteString.copyFromUtf8("a");
            ManagedChannel channel = client();
            try {
                KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);
                kv.put(PutRequest.newBuilder().setKey(key).setValue(key).build());
                assertThat(kv.range(RangeRequest.newBuilder().setKey(key).build())
                                .getKvs(0)
                                .getValue())
                        .isEqualTo(key);
            } finally {
                channel.shutdownNow();
            }
            assertThat(get("/health")).startsWith("HTTP/1.1 200 OK").contains("{\"health\":\"true\",\"reason\":\"\"}");
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void httpAloneAndMetricsAreServedAtFilesToo() throws Exception {
        Path metrics = directory.resolve("metrics");
        Path http = directory.resolve("http");
        try (EmbeddedMember member = start(Map.of(
                Flag.LISTEN_METRICS_URLS, "unix://" + metrics, Flag.LISTEN_CLIENT_HTTP_URLS, "unix://" + http))) {
            assertThat(member.server().clientEndpoints()).containsExactly("unix://" + socket);
            socket = metrics;
            assertThat(get("/metrics")).contains("etcd_server_version");
            socket = http;
            assertThat(get("/version")).contains("\"etcdcluster\"");
        }
        assertThat(metrics).doesNotExist();
        assertThat(http).doesNotExist();
    }

    @Test
    void aSocketLeftBehindIsReplaced() throws Exception {
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(socket));
        }
        assertThat(Files.exists(socket)).isTrue();

        try (EmbeddedMember member = start(Map.of())) {
            assertThat(member.server().clientEndpoints()).hasSize(1);
            assertThat(get("/health")).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void anythingElseStaysWhereItIs() throws Exception {
        Files.writeString(socket, "precious");

        assertThatThrownBy(() -> start(Map.of()))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("not a socket");

        assertThat(socket).hasContent("precious");
    }

    private EmbeddedMember start(Map<Flag, String> more) throws Exception {
        Map<Flag, String> options = new EnumMap<>(Flag.class);
        options.put(Flag.LISTEN_CLIENT_URLS, "unix://" + socket);
        options.put(Flag.ADVERTISE_CLIENT_URLS, "unix://" + socket);
        options.putAll(more);
        return EmbeddedMember.start(directory.resolve("data"), StorageEngine.MEMORY, options);
    }

    private ManagedChannel client() {
        return NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelFactory(NioDomainSocketChannel::new)
                .eventLoopGroup(loop)
                .usePlaintext()
                .build();
    }

    private String get(String path) throws Exception {
        try (SocketChannel connection = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            connection.write(ByteBuffer.wrap("GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    .formatted(path)
                    .getBytes(StandardCharsets.US_ASCII)));
            return new String(Channels.newInputStream(connection).readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
