package io.metastore.server.grpc;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.server.config.Flag;
import io.metastore.server.config.ServerConfig.StorageEngine;
import io.metastore.server.http.RawHttp;
import io.metastore.server.stats.StatsCommand;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an operator is told of keys and clients, over HTTP and by the command. */
@Timeout(60)
class StatsTest {
    @TempDir
    Path directory;

    private EmbeddedMember member;
    private ManagedChannel network;

    @BeforeEach
    void start() throws Exception {
        start("1");
    }

    private void start(String sampling) throws Exception {
        member = EmbeddedMember.start(directory, StorageEngine.MEMORY, Map.of(Flag.TRAFFIC_SAMPLING, sampling));
        network = NettyChannelBuilder.forTarget(
                        member.server().clientEndpoints().get(0))
                .usePlaintext()
                .build();
    }

    @AfterEach
    void stop() {
        network.shutdownNow();
        member.close();
    }

    @Test
    void prefixesAreToldWithKeysAndBytes() throws Exception {
        put("/a/x/1", "/a/x/2", "/a/y", "/b/\u00e9", "other");

        RawHttp.Answer answer = get("/metastore/stats/prefixes?depth=2&top=10");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers()).containsEntry("content-type", "application/json");
        assertThat(answer.body())
                .matches("\\{\"revision\":6,\"keys\":5,\"bytes\":\\d+,\"bytesExact\":true,\"keysMissingAtMost\":0,"
                        + "\"keysRead\":5,\"millis\":\\d+,\"prefixes\":\\[(?s:.*)\\]\\}\n");
        assertThat(answer.body())
                .contains("{\"prefix\":\"/a/\",\"depth\":1,\"keys\":3,\"bytes\":")
                .contains("{\"prefix\":\"/a/x/\",\"depth\":2,\"keys\":2,\"bytes\":")
                .contains("{\"prefix\":\"/b/\",\"depth\":1,\"keys\":1,\"bytes\":");
        assertThat(get("/metastore/stats/prefixes?below=/a/&depth=1").body())
                .contains("\"keys\":3,")
                .contains("\"prefix\":\"/a/x/\",\"depth\":1")
                .doesNotContain("/b/");
        assertThat(get("/metastore/stats/prefixes?below=%2Fb%2F%C3%A9").body()).contains("\"keys\":1,");
    }

    @Test
    void keysAndClientsAreToldWithTheirRequests() throws Exception {
        put("/k", "/k", "/k");
        var unused = KVGrpc.newBlockingStub(network)
                .range(RangeRequest.newBuilder().setKey(copyFromUtf8("/r")).build());

        assertThat(get("/metastore/stats/hot-keys").body())
                .contains("\"sampledOneOf\":1,", "\"samples\":4,", "\"samplesLost\":0,")
                .contains("\"reads\":[{\"key\":\"/r\",\"rangeEnd\":\"\",\"requests\":1,")
                .contains("\"writes\":[{\"key\":\"/k\",\"rangeEnd\":\"\",\"requests\":3,\"requestsAtLeast\":3,"
                        + "\"requestsAtMost\":3,");
        assertThat(get("/metastore/stats/clients").body())
                .contains("\"clients\":[{\"address\":\"127.0.0.1\",\"via\":\"\",\"user\":\"\",\"requests\":4,");
        assertThat(get("/metastore/stats/clients?by=connection").body())
                .containsPattern("\"connections\":\\[\\{\"address\":\"127.0.0.1:\\d+\"");
    }

    @Test
    void clientsOfTheGatewayAreThemselves() throws Exception {
        try (RawHttp http = new RawHttp(member.server().clientEndpoints().get(0))) {
            assertThat(http.post("/v3/kv/range", "{\"key\":\"YQ==\"}").status()).isEqualTo(200);
        }

        assertThat(get("/metastore/stats/clients").body())
                .contains("{\"address\":\"127.0.0.1\",\"via\":\"gateway\",\"user\":\"\",\"requests\":1,");
    }

    @Test
    void withAuthOnlyRootIsTold() throws Exception {
        put("a1");
        AuthFixture auth = new AuthFixture(network).setUp().enable();
        String alice = auth.token("alice", AuthFixture.ALICE_PASSWORD);
        String root = auth.token("root", AuthFixture.ROOT_PASSWORD);
        for (String path : List.of("prefixes", "hot-keys", "clients")) {
            RawHttp.Answer nobody = get("/metastore/stats/" + path);
            assertThat(nobody.status()).isEqualTo(400);
            assertThat(nobody.body()).isEqualTo("{\"code\":3,\"message\":\"etcdserver: user name is empty\"}");

            RawHttp.Answer forbidden = get("/metastore/stats/" + path, alice);
            assertThat(forbidden.status()).isEqualTo(403);
            assertThat(forbidden.body()).isEqualTo("{\"code\":7,\"message\":\"etcdserver: permission denied\"}");

            RawHttp.Answer invalid = get("/metastore/stats/" + path, "nonsense");
            assertThat(invalid.status()).isEqualTo(401);
            assertThat(invalid.body()).isEqualTo("{\"code\":16,\"message\":\"etcdserver: invalid auth token\"}");

            assertThat(get("/metastore/stats/" + path, root).status()).isEqualTo(200);
        }
        var unused = KVGrpc.newBlockingStub(auth.as(alice))
                .range(RangeRequest.newBuilder().setKey(copyFromUtf8("a1")).build());
        assertThat(get("/metastore/stats/clients", root).body()).contains("\"user\":\"alice\",\"requests\":1,");
    }

    @Test
    void whatMakesNoSenseIsRefused() throws Exception {
        assertThat(get("/metastore/stats/prefixes?depth=0").body())
                .isEqualTo("{\"code\":3,\"message\":\"depth: expected a number from 1 to 16, found '0'\"}");
        assertThat(get("/metastore/stats/prefixes?separator=").status()).isEqualTo(400);
        assertThat(get("/metastore/stats/prefixes?colour=red").body()).contains("unknown parameter: colour");
        assertThat(get("/metastore/stats/unknown").status()).isEqualTo(404);
        assertThat(get("/metastore").status()).isEqualTo(404);
    }

    @Test
    void withoutSamplingOnlyPrefixesAreTold() throws Exception {
        stop();
        start("0");

        assertThat(get("/metastore/stats/hot-keys").body()).contains("--traffic-sampling is 0");
        assertThat(get("/metastore/stats/clients").status()).isEqualTo(400);
        assertThat(get("/metastore/stats/prefixes").status()).isEqualTo(200);
    }

    @Test
    void theCommandPrintsATable() throws Exception {
        put("/a/x/1", "/a/x/2", "/b/1");

        assertThat(command("prefixes", "--depth", "1"))
                .startsWith("0 revision: 4\nkeys: 3\n")
                .containsPattern(
                        "\nprefixes\n  prefix  depth  keys  bytes  bytesExact\n  /a/  +1 +2 +\\d+  true\n  /b/ ");
        assertThat(command("hot-keys", "--write-out=json")).startsWith("0 {\"sampledOneOf\":1,");
        assertThat(command("clients", "--by", "connection")).contains("127.0.0.1:");
        assertThat(command("prefixes", "--depth", "x")).startsWith("1 Error: depth: expected");
        assertThat(command("prefixes", "--nonsense")).startsWith("128 Error: ");
    }

    @Test
    void theCommandShowsItsUser() throws Exception {
        new AuthFixture(network).setUp().enable();

        assertThat(command("prefixes")).isEqualTo("1 Error: etcdserver: user name is empty\n");
        assertThat(command("prefixes", "--user", "root:" + AuthFixture.ROOT_PASSWORD))
                .startsWith("0 revision: ");
        assertThat(command("prefixes", "--user", "alice", "--password", AuthFixture.ALICE_PASSWORD))
                .isEqualTo("1 Error: etcdserver: permission denied\n");
    }

    private void put(String... keys) {
        for (String key : keys) {
            var unused = KVGrpc.newBlockingStub(network)
                    .put(PutRequest.newBuilder().setKey(copyFromUtf8(key)).build());
        }
    }

    private RawHttp.Answer get(String path) throws Exception {
        return get(path, "");
    }

    private RawHttp.Answer get(String path, String token) throws Exception {
        try (RawHttp http = new RawHttp(member.server().clientEndpoints().get(0))) {
            Map<String, String> headers = token.isEmpty() ? Map.of() : Map.of("Authorization", token);
            return http.exchange("GET", path, headers, new byte[0]);
        }
    }

    /** Exit code and all that it prints. */
    private String command(String report, String... options) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(output, true, UTF_8);
        List<String> arguments = new ArrayList<>(List.of(
                report,
                "--endpoint",
                "http://" + member.server().clientEndpoints().get(0)));
        arguments.addAll(Arrays.asList(options));
        int code = StatsCommand.run(arguments, print, print);
        return code + " " + output.toString(UTF_8);
    }
}
