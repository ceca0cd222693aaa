package io.metastore.server.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.metastore.api.rpc.AuthEnableRequest;
import io.metastore.api.rpc.AuthGrpc;
import io.metastore.api.rpc.AuthUserAddRequest;
import io.metastore.api.rpc.AuthUserGrantRoleRequest;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.UserAddOptions;
import io.metastore.server.MetaStoreServer;
import io.metastore.server.config.Flag;
import io.metastore.server.config.ServerConfig.StorageEngine;
import io.metastore.server.data.StartException;
import io.metastore.server.process.Eventually;
import io.metastore.server.tls.TestCa.Issued;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One port with TLS, asked by gRPC and HTTP clients with all kinds of certificates. */
@Timeout(60)
class ClientTlsTest {
    @TempDir
    Path directory;

    private TestCa ca;
    private Path certificate;
    private Path key;
    private @Nullable MetaStoreServer server;

    @BeforeEach
    void issue() throws IOException {
        ca = new TestCa(directory, "ca");
        certificate = directory.resolve("server.pem");
        key = directory.resolve("server.key");
        install(ca.issue("server"));
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private void install(Issued issued) throws IOException {
        Files.copy(issued.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(issued.key(), key, StandardCopyOption.REPLACE_EXISTING);
    }

    private void start(Map<Flag, String> more) throws Exception {
        Map<Flag, String> options = new EnumMap<>(Flag.class);
        options.put(Flag.LISTEN_CLIENT_URLS, "https://127.0.0.1:0");
        options.put(Flag.ADVERTISE_CLIENT_URLS, "https://127.0.0.1:0");
        options.put(Flag.CERT_FILE, certificate.toString());
        options.put(Flag.KEY_FILE, key.toString());
        options.putAll(more);
        MetaStoreServer.Builder builder =
                MetaStoreServer.builder().dataDir(directory.resolve("data")).engine(StorageEngine.MEMORY);
        options.forEach(builder::option);
        server = builder.build().start();
    }

    private void startMutual(Map<Flag, String> more) throws Exception {
        Map<Flag, String> options = new EnumMap<>(Flag.class);
        options.put(Flag.TRUSTED_CA_FILE, ca.certificate().toString());
        options.put(Flag.CLIENT_CERT_AUTH, "true");
        options.putAll(more);
        start(options);
    }

    private InetSocketAddress address() {
        return new InetSocketAddress(
                "127.0.0.1",
                URI.create("x://" + server.clientEndpoints().get(0)).getPort());
    }

    /** Puts by gRPC, trusting the authority and showing the certificate. */
    private Status.Code put(TestCa trusted, @Nullable Issued shown) throws Exception {
        SslContextBuilder tls =
                GrpcSslContexts.forClient().trustManager(trusted.certificate().toFile());
        if (shown != null) {
            tls.keyManager(shown.certificate().toFile(), shown.key().toFile());
        }
        ManagedChannel channel = NettyChannelBuilder.forAddress(address())
                .sslContext(tls.build())
                .build();
        try {
            KVGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .put(PutRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8("k"))
                            .build());
            return Status.Code.OK;
        } catch (StatusRuntimeException failure) {
            return failure.getStatus().getCode();
        } finally {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    private SSLContext jdk(TestCa trusted, @Nullable Issued shown) throws SSLException {
        SslContextBuilder tls = SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .clientAuth(ClientAuth.NONE)
                .trustManager(trusted.certificate().toFile());
        if (shown != null) {
            tls.keyManager(shown.certificate().toFile(), shown.key().toFile());
        }
        return ((JdkSslContext) tls.build()).context();
    }

    private HttpResponse<String> get(SSLContext tls, HttpClient.Version version, String path) throws Exception {
        HttpClient client =
                HttpClient.newBuilder().sslContext(tls).version(version).build();
        URI uri = URI.create("https://localhost:" + address().getPort() + path);
        return client.send(
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void grpcAndBothVersionsOfHttpShareThePort() throws Exception {
        start(Map.of());
        SSLContext tls = jdk(ca, null);

        assertThat(put(ca, null)).isEqualTo(Status.Code.OK);
        HttpResponse<String> one = get(tls, HttpClient.Version.HTTP_1_1, "/readyz?verbose");
        HttpResponse<String> two = get(tls, HttpClient.Version.HTTP_2, "/readyz?verbose");
        assertThat(one.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
        assertThat(two.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(two.body())
                .isEqualTo(one.body())
                .startsWith("[+]data_corruption ok\n")
                .endsWith("ok\n");
        assertThat(get(tls, HttpClient.Version.HTTP_2, "/nope").statusCode()).isEqualTo(404);
    }

    @Test
    void theAuditLogTellsCertificateAndUserApart() throws Exception {
        Path log = directory.resolve("audit.log");
        startMutual(Map.of(Flag.AUDIT_LOG, log.toString()));
        Issued alice = ca.issue("alice");
        assertThat(put(ca, alice)).isEqualTo(Status.Code.OK);
        Eventually.await(Duration.ofSeconds(20), () -> "without auth nobody asks who it is", () -> Files.readString(log)
                .contains("\"user\":\"\",\"certificate\":\"alice\",\"remote\":"));

        ManagedChannel inProcess = server.channel();
        AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(inProcess);
        for (String name : List.of("root", "alice")) {
            auth.userAdd(AuthUserAddRequest.newBuilder()
                    .setName(name)
                    .setOptions(UserAddOptions.newBuilder().setNoPassword(true))
                    .build());
        }
        auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                .setUser("root")
                .setRole("root")
                .build());
        auth.authEnable(AuthEnableRequest.getDefaultInstance());
        inProcess.shutdownNow();
        assertThat(put(ca, alice)).isEqualTo(Status.Code.PERMISSION_DENIED);
        Eventually.await(
                Duration.ofSeconds(20), () -> "with auth the certificate is who it is", () -> Files.readString(log)
                        .contains("\"user\":\"alice\",\"certificate\":\"alice\",\"remote\":"));
    }

    @Test
    void theGatewayAnswersInBothVersionsOfHttp() throws Exception {
        start(Map.of());
        SSLContext tls = jdk(ca, null);
        for (HttpClient.Version version : HttpClient.Version.values()) {
            String put = post(tls, version, "/v3/kv/put", "{\"key\":\"Zm9v\",\"value\":\"YmFy\"}");
            assertThat(put).as("%s", version).contains("\"revision\":");
            assertThat(post(tls, version, "/v3/kv/range", "{\"key\":\"Zm9v\"}"))
                    .as("%s", version)
                    .contains("\"value\":\"YmFy\"", "\"count\":\"1\"");
        }
    }

    private String post(SSLContext tls, HttpClient.Version version, String path, String body) throws Exception {
        HttpClient client =
                HttpClient.newBuilder().sslContext(tls).version(version).build();
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("https://localhost:" + address().getPort() + path))
                .timeout(Duration.ofSeconds(20))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.version()).isEqualTo(version);
        return response.body();
    }

    @Test
    void plainAndSecureClientsMayShareAPort() throws Exception {
        start(Map.of());
        int port = address().getPort();
        server.close();
        String both = "http://127.0.0.1:%d,https://127.0.0.1:%d".formatted(port, port);
        start(Map.of(Flag.LISTEN_CLIENT_URLS, both, Flag.ADVERTISE_CLIENT_URLS, both));

        assertThat(put(ca, null)).isEqualTo(Status.Code.OK);
        assertThat(exchange("GET /health HTTP/1.0\r\n\r\n"))
                .startsWith("HTTP/1.1 200 OK")
                .contains("\"true\"");
    }

    @Test
    void onlyClientsOfTheAuthorityGetIn() throws Exception {
        startMutual(Map.of());
        TestCa stranger = new TestCa(directory, "stranger");

        assertThat(put(ca, ca.issue("someone"))).isEqualTo(Status.Code.OK);
        assertThat(put(ca, null)).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(put(ca, stranger.issue("someone"))).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(put(ca, ca.issue("late", Instant.now().minusSeconds(60)))).isEqualTo(Status.Code.UNAVAILABLE);
        assertThatThrownBy(() -> get(jdk(ca, null), HttpClient.Version.HTTP_1_1, "/health"))
                .isInstanceOf(IOException.class);
        assertThat(get(jdk(ca, ca.issue("probe")), HttpClient.Version.HTTP_2, "/health")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aNewCertificateHoldsForTheNextConnection() throws Exception {
        start(Map.of());
        assertThat(put(ca, null)).isEqualTo(Status.Code.OK);
        TestCa other = new TestCa(directory, "other");

        install(other.issue("server"));

        assertThat(put(other, null)).isEqualTo(Status.Code.OK);
        assertThat(put(ca, null)).isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void aCertificateWithoutItsKeyIsNotUsedYet() throws Exception {
        start(Map.of());
        TestCa other = new TestCa(directory, "other");
        Issued next = other.issue("server");

        Files.copy(next.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
        assertThat(put(ca, null)).isEqualTo(Status.Code.OK);
        Files.writeString(key, "-----BEGIN PRIV");
        assertThat(put(ca, null)).isEqualTo(Status.Code.OK);
        Files.delete(key);
        assertThat(put(ca, null)).isEqualTo(Status.Code.OK);

        Files.copy(next.key(), key);
        assertThat(put(other, null)).isEqualTo(Status.Code.OK);
    }

    @Test
    void aNewAuthorityHoldsForTheNextConnection() throws Exception {
        Path trusted = directory.resolve("trusted.pem");
        Files.copy(ca.certificate(), trusted);
        startMutual(Map.of(Flag.TRUSTED_CA_FILE, trusted.toString()));
        TestCa other = new TestCa(directory, "other");
        Issued client = ca.issue("client");
        assertThat(put(ca, client)).isEqualTo(Status.Code.OK);

        Files.copy(other.certificate(), trusted, StandardCopyOption.REPLACE_EXISTING);

        assertThat(put(ca, client)).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(put(ca, other.issue("client"))).isEqualTo(Status.Code.OK);
    }

    @Test
    void revokedCertificatesAreRefusedFromTheNextConnectionOn() throws Exception {
        Path list = directory.resolve("crl.der");
        ca.revoke(list);
        startMutual(Map.of(Flag.CLIENT_CRL_FILE, list.toString()));
        Issued client = ca.issue("client");
        assertThat(put(ca, client)).isEqualTo(Status.Code.OK);

        ca.revoke(list, client);
        assertThat(put(ca, client)).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(put(ca, ca.issue("another"))).isEqualTo(Status.Code.OK);

        Files.writeString(list, "nonsense");
        assertThat(put(ca, ca.issue("another"))).isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void certificatesMustBeForAnAllowedName() throws Exception {
        startMutual(Map.of(Flag.CLIENT_CERT_ALLOWED_HOSTNAME, "elsewhere,example.com"));
        assertThat(put(ca, ca.issue("elsewhere"))).isEqualTo(Status.Code.UNAVAILABLE);
        server.close();

        startMutual(Map.of(Flag.CLIENT_CERT_ALLOWED_HOSTNAME, "elsewhere,localhost"));
        assertThat(put(ca, ca.issue("elsewhere"))).isEqualTo(Status.Code.OK);
    }

    @Test
    void versionsAndCipherSuitesAreThoseAskedFor() throws Exception {
        start(Map.of(
                Flag.TLS_MAX_VERSION, "TLS1.2",
                Flag.CIPHER_SUITES, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"));
        assertThat(handshake("TLSv1.2")).isEqualTo("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
        assertThatThrownBy(() -> handshake("TLSv1.3")).isInstanceOf(IOException.class);
        server.close();

        start(Map.of(Flag.TLS_MIN_VERSION, "TLS1.3"));
        assertThat(handshake("TLSv1.3")).startsWith("TLS_AES");
        assertThatThrownBy(() -> handshake("TLSv1.2")).isInstanceOf(IOException.class);
    }

    private String handshake(String version) throws IOException {
        try (SSLSocket socket = (SSLSocket) jdk(ca, null).getSocketFactory().createSocket()) {
            socket.connect(address());
            socket.setSoTimeout(20_000);
            socket.setEnabledProtocols(new String[] {version});
            socket.startHandshake();
            return socket.getSession().getCipherSuite();
        }
    }

    @Test
    void whatIsNoHandshakeIsClosed() throws Exception {
        start(Map.of());

        assertThat(exchange("GET /health HTTP/1.1\r\nHost: x\r\n\r\n")).isEmpty();
        assertThat(exchange("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).isEmpty();
        assertThat(exchange("\u0016\u0003\u0001\u0000\u0005nonsense")).doesNotContain("HTTP");
        assertThat(put(ca, null)).isEqualTo(Status.Code.OK);
    }

    @Test
    void aPlainPortClosesHandshakes() throws Exception {
        start(Map.of(
                Flag.LISTEN_CLIENT_URLS, "http://127.0.0.1:0",
                Flag.ADVERTISE_CLIENT_URLS, "http://127.0.0.1:0"));

        assertThatThrownBy(() -> handshake("TLSv1.3")).isInstanceOf(IOException.class);
        assertThat(exchange("GET /health HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 200 OK");
    }

    @Test
    void halfOpenHandshakesHoldUpNobody() throws Exception {
        start(Map.of());
        Socket[] silent = new Socket[200];
        try {
            for (int i = 0; i < silent.length; i++) {
                silent[i] = new Socket();
                silent[i].connect(address());
                silent[i].getOutputStream().write(new byte[] {22, 3, 1, 2, 0});
            }
            assertThat(put(ca, null)).isEqualTo(Status.Code.OK);
        } finally {
            for (Socket socket : silent) {
                if (socket != null) {
                    socket.close();
                }
            }
        }
    }

    /** What the server says to these bytes until it closes the connection. */
    private String exchange(String bytes) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(address());
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(bytes.getBytes(US_ASCII));
            InputStream answer = socket.getInputStream();
            try {
                return new String(answer.readAllBytes(), US_ASCII);
            } catch (java.net.SocketException reset) {
                return "";
            }
        }
    }

    @Test
    void aGeneratedCertificateIsKept() throws Exception {
        Map<Flag, String> options = Map.of(Flag.CERT_FILE, "", Flag.KEY_FILE, "", Flag.AUTO_TLS, "true");
        start(options);
        Path made = directory.resolve("data/fixtures/client/cert.pem");
        byte[] first = Files.readAllBytes(made);
        assertThat(Files.getPosixFilePermissions(made.resolveSibling("key.pem")))
                .hasSize(2);
        SSLContext tls = ((JdkSslContext) SslContextBuilder.forClient()
                        .sslProvider(SslProvider.JDK)
                        .trustManager(made.toFile())
                        .build())
                .context();
        try (SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket()) {
            socket.connect(address());
            socket.startHandshake();
        }
        server.close();

        start(options);
        assertThat(Files.readAllBytes(made)).isEqualTo(first);
    }

    @Test
    void filesThatCannotBeUsedAreToldAtStart() throws Exception {
        Files.copy(ca.issue("another").key(), key, StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> start(Map.of()))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("private key does not match public key");

        Files.delete(key);
        assertThatThrownBy(() -> start(Map.of()))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("server.key");
    }
}
