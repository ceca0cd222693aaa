package io.metastore.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import io.metastore.server.MetaStoreServer;
import io.metastore.server.config.ServerConfig.StorageEngine;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The plain HTTP side of the port that gRPC clients use too. */
@Timeout(30)
class HttpEndpointTest {
    @TempDir
    Path directory;

    private MetaStoreServer server;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeEach
    void start() throws Exception {
        server = MetaStoreServer.builder()
                .dataDir(directory)
                .engine(StorageEngine.MEMORY)
                .build()
                .start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://" + server.clientEndpoints().get(0) + path);
        return client.send(
                HttpRequest.newBuilder(uri)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .timeout(Duration.ofSeconds(10))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void healthOfAMemberThatServes() throws Exception {
        HttpResponse<String> health = send("GET", "/health");

        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(health.body()).isEqualTo("{\"health\":\"true\",\"reason\":\"\"}");
        assertThat(send("GET", "/health?serializable=true&exclude=NOSPACE").statusCode())
                .isEqualTo(200);
    }

    @Test
    void versionIsEtcds() throws Exception {
        HttpResponse<String> version = send("GET", "/version");

        assertThat(version.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(version.body())
                .isEqualTo("{\"etcdserver\":\"3.7.3\",\"etcdcluster\":\"3.7.0\",\"storage\":\"3.7.0\"}");
    }

    @Test
    void variablesOfTheProcessAreJson() throws Exception {
        HttpResponse<String> vars = send("POST", "/debug/vars");

        assertThat(vars.statusCode()).isEqualTo(200);
        assertThat(vars.headers().firstValue("content-type")).hasValue("application/json; charset=utf-8");
        Struct.Builder parsed = Struct.newBuilder();
        JsonFormat.parser().merge(vars.body(), parsed);
        Map<String, Value> memory =
                parsed.getFieldsOrThrow("memstats").getStructValue().getFieldsMap();
        assertThat(memory).containsOnlyKeys("HeapAlloc", "HeapSys", "NumGC", "PauseTotalNs");
        assertThat(memory.get("HeapAlloc").getNumberValue())
                .isPositive()
                .isLessThanOrEqualTo(memory.get("HeapSys").getNumberValue());
        assertThat(send("GET", "/debug/other").statusCode()).isEqualTo(404);
    }

    @Test
    void otherMethodsAndPathsAreRefused() throws Exception {
        HttpResponse<String> post = send("POST", "/health");
        assertThat(post.statusCode()).isEqualTo(405);
        assertThat(post.headers().firstValue("allow")).hasValue("GET");
        assertThat(send("DELETE", "/version").statusCode()).isEqualTo(405);

        HttpResponse<String> unknown = send("GET", "/v2/keys");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).isEqualTo("404 page not found\n");
    }
}
