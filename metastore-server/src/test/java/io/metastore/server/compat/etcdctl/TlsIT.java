package io.metastore.server.compat.etcdctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.server.compat.etcdctl.Etcdctl.Result;
import io.metastore.server.process.Binaries;
import io.metastore.server.process.ProcessMember;
import io.metastore.server.tls.TestCa;
import io.metastore.server.tls.TestCa.Issued;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged server with certificates and the real etcdctl; its HTTP answers beside those of a real etcd. */
@Tag("compat")
@Timeout(120)
class TlsIT {
    @TempDir
    Path directory;

    @Test
    void etcdctlIsKnownByItsCertificate() throws Exception {
        TestCa ca = new TestCa(directory, "ca");
        Issued server = ca.issue("server");
        var program = Binaries.metastore()
                .withFlags(
                        "--cert-file=" + server.certificate(),
                        "--key-file=" + server.key(),
                        "--trusted-ca-file=" + ca.certificate(),
                        "--client-cert-auth");
        Path etcdctl = Binaries.etcdctl();
        try (ProcessMember member =
                new ProcessMember(program, directory.resolve("data")).secured().start()) {
            String endpoint = member.clientUrl();
            assertThat(endpoint).startsWith("https://");
            Etcdctl client = new Etcdctl(etcdctl, endpoint, directory);
            List<String> root = flags(ca, ca.issue("root"));
            assertThat(client.run(with(root, "put", "k", "v"), "").out()).isEqualTo("OK\n");
            assertThat(client.run(with(root, "endpoint", "health"), "").exitCode())
                    .isZero();

            client.run(with(root, "user", "add", "root", "--no-password"), "");
            client.run(with(root, "user", "grant-role", "root", "root"), "");
            assertThat(client.run(with(root, "auth", "enable"), "").out()).contains("Authentication Enabled");
            assertThat(client.run(with(root, "get", "k"), "").out()).isEqualTo("k\nv\n");
            Result stranger = client.run(with(flags(ca, ca.issue("stranger")), "get", "k"), "");
            assertThat(stranger.exitCode()).isNotZero();
            assertThat(stranger.err()).contains("permission denied");
        }
    }

    private static List<String> flags(TestCa ca, Issued issued) {
        return List.of("--cacert=" + ca.certificate(), "--cert=" + issued.certificate(), "--key=" + issued.key());
    }

    private static List<String> with(List<String> flags, String... arguments) {
        List<String> all = new ArrayList<>(flags);
        all.addAll(List.of(arguments));
        return all;
    }

    /** One start of both for all requests. */
    @Test
    void httpAnswersAreEtcds() throws Exception {
        try (ProcessMember etcd = new ProcessMember(Binaries.etcd(), directory.resolve("etcd")).start();
                ProcessMember metastore =
                        new ProcessMember(Binaries.metastore(), directory.resolve("metastore")).start()) {
            for (String request : REQUESTS) {
                assertThat(answer(metastore, request)).as(request).isEqualTo(answer(etcd, request));
            }
        }
    }

    private static final List<String> REQUESTS = List.of(
            "GET /health",
            "GET /health?serializable=true&exclude=NOSPACE",
            "POST /health",
            "GET /livez",
            "GET /livez?verbose",
            "GET /livez/serializable_read?verbose",
            "GET /livez/linearizable_read",
            "POST /livez",
            "GET /readyz",
            "GET /readyz?exclude=non_learner&exclude=no_such",
            "GET /readyz/data_corruption?verbose",
            "GET /readyz/non_learner?verbose=false",
            "GET /readyz/no_such",
            "PUT /readyz/non_learner",
            "DELETE /version",
            "OPTIONS /health",
            "OPTIONS /nope",
            "GET /nope",
            "GET /",
            "GET /health/");

    private static Map<String, List<String>> answer(ProcessMember member, String request) throws Exception {
        String[] parts = request.split(" ");
        HttpResponse<String> response = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .send(
                        HttpRequest.newBuilder(URI.create(member.clientUrl() + parts[1]))
                                .method(parts[0], HttpRequest.BodyPublishers.noBody())
                                .timeout(Duration.ofSeconds(20))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        Map<String, List<String>> all = new TreeMap<>(response.headers().map());
        all.remove("date");
        all.put("status", List.of(Integer.toString(response.statusCode())));
        all.put("body", List.of(response.body()));
        return all;
    }
}
