package io.metastore.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.metastore.bench.FakeEtcd;
import io.metastore.bench.arena.ServerCertificate;
import io.metastore.bench.http2.Access;
import io.metastore.bench.http2.Endpoint;
import io.metastore.bench.http2.LoadClient;
import io.metastore.bench.measure.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The ways in that loads take beside gRPC in the clear, and the calls that take long. */
@Timeout(60)
class WaysInTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int VALUE_BYTES = 100;
    private static final Loads.Plan SHORT = new Loads.Plan(4, Duration.ZERO, Duration.ofMillis(100));

    private final LoadClient client = new LoadClient();

    @AfterEach
    void close() {
        client.close();
    }

    private Loads loads(String endpoint, Access access) {
        return new Loads(
                LoadTarget.of(client, Endpoint.parse(endpoint), 2, 0).with(access),
                new KeySpace("bench/key/", 50),
                VALUE_BYTES);
    }

    @Test
    void aUserOfTheKeysOnlyIsMadeAndLetIn() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd()) {
            Loads anybody = loads(etcd.endpoint(), Access.PLAIN);
            AuthTokens tokens = anybody.enableAuth(LIMIT);

            assertThat(tokens).isEqualTo(new AuthTokens("token.bench", "token.root"));
            assertThat(etcd.auth().granted())
                    .containsExactly(
                            "role root",
                            "user root",
                            "root is root",
                            "role bench",
                            "bench may READWRITE bench/key/ to bench/key0",
                            "user bench",
                            "bench is bench",
                            "on");
            assertThat(anybody.put(SHORT).errorTexts()).containsKey("status 7: etcdserver: permission denied");
            assertThat(anybody.with(tokens.user()).put(SHORT).errors()).isZero();
            assertThat(anybody.with(tokens.user()).compact(LIMIT).errors()).isPositive();
            assertThat(anybody.with(tokens.root()).compact(LIMIT).errors()).isZero();
        }
    }

    @Test
    void loadsComeInOverTls(@TempDir Path dir) throws Exception {
        ServerCertificate certificate = ServerCertificate.make(dir);
        try (FakeEtcd etcd = new FakeEtcd(
                certificate.certificate().toFile(), certificate.key().toFile())) {
            Loads loads = loads(etcd.endpoint(), certificate.access());

            assertThat(loads.fill(10, 4, LIMIT).operations()).isEqualTo(50);
            LoadResult got = loads.get(SHORT);
            assertThat(got.errors()).isZero();
            assertThat(got.operations()).isPositive();
        }
    }

    @Test
    void aSnapshotIsMeasuredAndOneThatIsTooShortIsAnError() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd()) {
            Loads loads = loads(etcd.endpoint(), Access.PLAIN);

            assertThat(loads.snapshot(LIMIT).errorTexts().keySet())
                    .singleElement()
                    .asString()
                    .contains("5000 expected");
            loads.fill(10, 4, LIMIT);
            LoadResult whole = loads.snapshot(LIMIT);
            assertThat(whole.errors()).isZero();
            assertThat(whole.replyBytes()).isBetween(5_000L, 5_500L);
            assertThat(loads.defragment(LIMIT).operations()).isEqualTo(1);
        }
    }

    @Test
    void putsBesideSomethingTellTheirLongestSilence() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd()) {
            long end = System.nanoTime() + Duration.ofMillis(100).toNanos();
            LoadResult puts = loads(etcd.endpoint(), Access.PLAIN)
                    .putWhile(() -> System.nanoTime() < end, Duration.ofMillis(5), 4);

            assertThat(puts.operations()).isPositive();
            assertThat(puts.more().get(LoadResult.LONGEST_SILENCE))
                    .isInstanceOfSatisfying(
                            Double.class, millis -> assertThat(millis).isPositive());
        }
    }

    @Test
    void theGatewayGetsPutsInBase64AndItsRefusalsAreErrors() throws IOException {
        Map<String, Integer> seen = new ConcurrentHashMap<>();
        AtomicBoolean refuses = new AtomicBoolean();
        AtomicInteger requests = new AtomicInteger();
        ExecutorService threads = Executors.newCachedThreadPool();
        HttpServer gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        gateway.setExecutor(threads);
        gateway.createContext("/v3/kv/put", exchange -> {
            Map<String, Object> request =
                    Json.readObject(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] key = Base64.getDecoder().decode(String.valueOf(request.get("key")));
            byte[] value = Base64.getDecoder().decode(String.valueOf(request.get("value")));
            seen.merge(new String(key, StandardCharsets.UTF_8).substring(0, 10) + value.length, 1, Integer::sum);
            byte[] reply = "{\"header\":{}}".getBytes(StandardCharsets.UTF_8);
            // A length of 0 makes it chunked.
            exchange.sendResponseHeaders(
                    refuses.get() ? 503 : 200, requests.getAndIncrement() % 2 == 0 ? 0 : reply.length);
            exchange.getResponseBody().write(reply);
            exchange.close();
        });
        gateway.start();
        try {
            String endpoint = "127.0.0.1:" + gateway.getAddress().getPort();
            LoadResult puts = loads(endpoint, Access.PLAIN).gatewayPut(SHORT);

            assertThat(puts.errorTexts()).isEmpty();
            assertThat(puts.operations()).isPositive();
            assertThat(seen).containsOnlyKeys("bench/key/" + VALUE_BYTES);

            refuses.set(true);
            assertThat(loads(endpoint, Access.PLAIN)
                            .gatewayPut(SHORT)
                            .errorTexts()
                            .keySet())
                    .anySatisfy(text -> assertThat(text).isEqualTo("HTTP status 503: {\"header\":{}}"));
        } finally {
            gateway.stop(0);
            threads.shutdownNow();
        }
    }
}
