package io.metastore.server.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.server.MetaStoreServer;
import io.metastore.server.config.Flag;
import io.metastore.server.config.ServerConfig.StorageEngine;
import io.metastore.server.http.RawHttp;
import io.metastore.server.http.RawHttp.Answer;
import io.metastore.server.process.Eventually;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Calls through the gateway of a member in this JVM. What the answers look like is compared with etcd in GatewayIT. */
@Timeout(60)
class GatewayTest {
    private static final String WATCH = "{\"create_request\":{\"key\":\"YQ==\"}}";

    @TempDir
    Path directory;

    private MetaStoreServer server;

    @BeforeEach
    void start() throws Exception {
        start(Map.of());
    }

    private void start(Map<Flag, String> options) throws Exception {
        MetaStoreServer.Builder builder = MetaStoreServer.builder()
                .dataDir(directory.resolve("m" + options.size()))
                .engine(StorageEngine.MEMORY);
        options.forEach(builder::option);
        server = builder.build().start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private RawHttp connect() throws IOException {
        return new RawHttp(server.clientEndpoints().get(0));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    @Test
    void whatIsPutIsReadOnTheSameConnection() throws Exception {
        try (RawHttp http = connect()) {
            Answer put = http.post("/v3/kv/put", "{\"key\":\"YQ==\",\"value\":\"Yg==\"}");
            assertThat(put.status()).isEqualTo(200);
            assertThat(put.headers())
                    .containsEntry("content-type", "application/json")
                    .containsEntry("grpc-metadata-content-type", "application/grpc")
                    .containsEntry("access-control-allow-origin", "*");
            assertThat(http.post("/v3beta/kv/range", "{\"key\":\"YQ==\"}").body())
                    .contains("\"kvs\":[{\"key\":\"YQ==\",\"create_revision\":\"2\",\"mod_revision\":\"2\","
                            + "\"version\":\"1\",\"value\":\"Yg==\"}],\"count\":\"1\"}");
        }
    }

    @Test
    void requestsThatDoNotWaitAreAnsweredInOrder() throws Exception {
        try (RawHttp http = connect()) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                String body = "{\"key\":\"YQ==\",\"value\":\"%s\",\"prev_kv\":true}".formatted(base64("v" + i));
                all.append("POST /v3/kv/put HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(body.length(), body));
                all.append("OPTIONS /v3/kv/put HTTP/1.1\r\nHost: x\r\n\r\n");
            }
            http.sendRaw(all.toString().getBytes(ISO_8859_1));
            for (int i = 0; i < 50; i++) {
                String body = http.readAnswer("POST").body();
                assertThat(body).contains("\"revision\":\"" + (i + 2) + "\"");
                if (i > 0) {
                    assertThat(body).contains("\"value\":\"" + base64("v" + (i - 1)) + "\"");
                }
                assertThat(http.readAnswer("OPTIONS").body()).isEmpty();
            }
        }
    }

    @Test
    void aWatchGoesOnThoughItsRequestsHaveEnded() throws Exception {
        try (RawHttp watch = connect();
                RawHttp writer = connect()) {
            watch.send("POST", "/v3/watch", Map.of(), WATCH.getBytes(UTF_8));
            assertThat(watch.readHead("POST").headers()).containsEntry("transfer-encoding", "chunked");
            assertThat(watch.readLine()).startsWith("{\"result\":{\"header\":{").endsWith("\"created\":true}}");
            for (int i = 0; i < 3; i++) {
                writer.post("/v3/kv/put", "{\"key\":\"YQ==\",\"value\":\"Yg==\"}");
                assertThat(watch.readLine())
                        .contains("\"events\":[{\"kv\":{\"key\":\"YQ==\",")
                        .contains("\"version\":\"" + (i + 1) + "\"");
            }
        }
    }

    @Test
    void requestsOfAStreamAreTakenAsTheyComeIn() throws Exception {
        try (RawHttp http = connect()) {
            http.sendRaw("POST /v3/lease/keepalive HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                    .getBytes(ISO_8859_1));
            sendChunk(http, "{\"ID\":1}");
            http.readHead("POST");
            assertThat(http.readLine()).endsWith("\"ID\":\"1\"}}");
            sendChunk(http, "{\"I");
            sendChunk(http, "D\":2}{\"ID\":3}");
            assertThat(http.readLine()).endsWith("\"ID\":\"2\"}}");
            assertThat(http.readLine()).endsWith("\"ID\":\"3\"}}");
            sendChunk(http, "");
            assertThat(http.readLine()).isEmpty();
            assertThat(http.post("/v3/kv/range", "{\"key\":\"YQ==\"}").status()).isEqualTo(200);
        }
    }

    private static void sendChunk(RawHttp http, String text) throws IOException {
        http.sendRaw("%x\r\n%s\r\n".formatted(text.length(), text).getBytes(ISO_8859_1));
    }

    @Test
    void whoGoesAwayWhileWaitingForALockNoLongerStandsInLine() throws Exception {
        String locks =
                "{\"key\":\"%s\",\"range_end\":\"%s\",\"count_only\":true}".formatted(base64("l/"), base64("l0"));
        try (RawHttp http = connect()) {
            assertThat(http.post("/v3/lock/lock", "{\"name\":\"bA==\"}").status())
                    .isEqualTo(200);
            try (RawHttp waiting = connect()) {
                waiting.send("POST", "/v3/lock/lock", Map.of(), "{\"name\":\"bA==\"}".getBytes(UTF_8));
                assertThat(Eventually.holds(
                                Duration.ofSeconds(20), () -> count(http, locks).contains("\"count\":\"2\"")))
                        .isTrue();
            }
            assertThat(Eventually.holds(
                            Duration.ofSeconds(20), () -> count(http, locks).contains("\"count\":\"1\"")))
                    .isTrue();
        }
    }

    private static String count(RawHttp http, String range) {
        try {
            return http.post("/v3/kv/range", range).body();
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    @Test
    void aReaderThatDoesNotReadIsToldEverythingWhenItDoes() throws Exception {
        String value = base64("x".repeat(30_000));
        try (RawHttp watch = connect();
                RawHttp writer = connect()) {
            watch.send("POST", "/v3/watch", Map.of(), WATCH.getBytes(UTF_8));
            watch.readHead("POST");
            watch.readLine();
            int events = 300;
            for (int i = 0; i < events; i++) {
                writer.post("/v3/kv/put", "{\"key\":\"YQ==\",\"value\":\"%s\"}".formatted(value));
            }
            int seen = 0;
            while (seen < events) {
                String line = watch.readLine();
                for (int at = line.indexOf("\"version\":"); at >= 0; at = line.indexOf("\"version\":", at + 1)) {
                    seen++;
                    assertThat(line.substring(at)).startsWith("\"version\":\"" + seen + "\"");
                }
            }
        }
    }

    @Test
    void aTokenIsTakenFromTheHeaders() throws Exception {
        try (RawHttp http = connect()) {
            http.post("/v3/auth/user/add", "{\"name\":\"root\",\"password\":\"p\"}");
            http.post("/v3/auth/role/add", "{\"name\":\"root\"}");
            http.post("/v3/auth/user/grant", "{\"user\":\"root\",\"role\":\"root\"}");
            assertThat(http.post("/v3/auth/enable", "{}").status()).isEqualTo(200);
            Answer login = http.post("/v3/auth/authenticate", "{\"name\":\"root\",\"password\":\"p\"}");
            String token = login.body().replaceAll(".*\"token\":\"([^\"]+)\".*", "$1");
            byte[] range = "{\"key\":\"YQ==\"}".getBytes(UTF_8);

            assertThat(http.post("/v3/kv/range", "{\"key\":\"YQ==\"}").body())
                    .isEqualTo("{\"code\":3,\"message\":\"etcdserver: user name is empty\"}");
            for (Map<String, String> headers : java.util.List.of(
                    Map.of("Authorization", token),
                    Map.of("Authorization", "Bearer " + token),
                    Map.of("grpc-metadata-token", token))) {
                assertThat(http.exchange("POST", "/v3/kv/range", headers, range).status())
                        .isEqualTo(200);
            }
            Answer wrong = http.exchange("POST", "/v3/kv/range", Map.of("Authorization", "nonsense"), range);
            assertThat(wrong.status()).isEqualTo(401);
            assertThat(wrong.headers()).containsEntry("www-authenticate", "etcdserver: invalid auth token");
        }
    }

    @Test
    void bodiesHaveABound() throws Exception {
        try (RawHttp http = connect()) {
            Answer large = http.post("/v3/kv/put", "{\"key\":\"YQ==\",\"value\":\"" + "QUJD".repeat(800_000) + "\"}");
            assertThat(large.status()).isEqualTo(429);
            assertThat(large.body())
                    .isEqualTo(
                            "{\"code\":8,\"message\":\"grpc: received message larger than max (2400008 vs. 2097152)\"}");
            Answer endless = http.post("/v3/kv/put", "{\"x\":\"" + "a".repeat(20 << 20) + "\"}");
            assertThat(endless.status()).isEqualTo(429);
            assertThat(http.post("/v3/kv/range", "{\"key\":\"YQ==\"}").status()).isEqualTo(200);
        }
    }

    @Test
    void aWebSocketCarriesRequestsAndLines() throws Exception {
        try (RawHttp http = connect();
                RawHttp writer = connect()) {
            http.sendRaw(("GET /v3/watch HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                            + "Sec-WebSocket-Protocol: Bearer, token\r\n\r\n")
                    .getBytes(ISO_8859_1));
            Answer upgrade = http.readHead("GET");
            assertThat(upgrade.status()).isEqualTo(101);
            assertThat(upgrade.headers())
                    .containsEntry("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
                    .containsEntry("sec-websocket-protocol", "Bearer");
            sendFrame(http, WATCH);
            assertThat(readFrame(http)).startsWith("{\"result\":").endsWith("\"created\":true}}");
            writer.post("/v3/kv/put", "{\"key\":\"YQ==\",\"value\":\"Yg==\"}");
            assertThat(readFrame(http))
                    .contains("\"events\":[{\"kv\":{\"key\":\"YQ==\"")
                    .endsWith("}");
            sendFrame(http, "{\"cancel_request\":{}}");
            assertThat(readFrame(http)).endsWith("\"canceled\":true}}");
        }
    }

    private static void sendFrame(RawHttp http, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        byte[] frame = new byte[bytes.length + 6];
        frame[0] = (byte) 0x81;
        frame[1] = (byte) (0x80 | bytes.length); // short, and masked with zeros
        System.arraycopy(bytes, 0, frame, 6, bytes.length);
        http.sendRaw(frame);
    }

    private static String readFrame(RawHttp http) throws IOException {
        assertThat(http.readRaw()).isEqualTo(0x81);
        int length = http.readRaw();
        if (length == 126) {
            length = http.readRaw() << 8 | http.readRaw();
        }
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++) {
            text[i] = (byte) http.readRaw();
        }
        return new String(text, UTF_8);
    }

    @Test
    void onlyListedHostsAndOriginsAreServed() throws Exception {
        server.close();
        start(Map.of(Flag.HOST_WHITELIST, "test,other", Flag.CORS, "http://a,http://b"));
        try (RawHttp http = connect()) {
            byte[] range = "{\"key\":\"YQ==\"}".getBytes(UTF_8);
            assertThat(http.exchange("POST", "/v3/kv/range", Map.of("Origin", "http://b"), range)
                            .headers())
                    .containsEntry("access-control-allow-origin", "http://b");
            assertThat(http.exchange("POST", "/v3/kv/range", Map.of("Origin", "http://c"), range)
                            .headers())
                    .doesNotContainKey("access-control-allow-origin");
            http.sendRaw("GET /health HTTP/1.1\r\nHost: evil:2379\r\n\r\n".getBytes(ISO_8859_1));
            Answer refused = http.readAnswer("GET");
            assertThat(refused.status()).isEqualTo(421);
            assertThat(refused.body()).contains("etcd --host-whitelist \"evil\"");
        }
    }

    @Test
    void withoutTheGatewayNothingIsThere() throws Exception {
        server.close();
        start(Map.of(Flag.ENABLE_GRPC_GATEWAY, "false"));
        try (RawHttp http = connect()) {
            Answer answer = http.post("/v3/kv/range", "{}");
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.body()).isEqualTo("404 page not found\n");
        }
    }
}
