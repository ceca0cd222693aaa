package io.metastore.server.compat.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.server.compat.gateway.JsonRequests.Request;
import io.metastore.server.http.RawHttp;
import io.metastore.server.process.Binaries;
import io.metastore.server.process.ProcessMember;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same requests over HTTP to a real etcd and to us: status, headers and bodies are equal but for ids, terms and what is
 * this server's own. {@code -Dseed=} takes up a run again, {@code -Dgateway.requests=} sets its length.
 */
@Tag("compat")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class GatewayIT {
    private static final int REQUESTS = Integer.getInteger("gateway.requests", 1_500);
    private static final int WATCHES = Integer.getInteger("gateway.watches", 25);
    private static final List<String> HEADERS = List.of(
            "content-type",
            "grpc-metadata-content-type",
            "www-authenticate",
            "location",
            "access-control-allow-origin",
            "access-control-allow-methods",
            "access-control-allow-headers",
            "x-content-type-options");

    private static final Pattern REVISION = Pattern.compile("\"revision\":\"(\\d+)\"");
    /** etcd's library puts a space behind commas, and a hard one into some messages, by the whim of each build. */
    private static final Pattern OUTSIDE_TEXT = Pattern.compile("(\"(?:[^\"\\\\]|\\\\.)*\")|\\s+");

    private static final Pattern OWN = Pattern.compile(
            "\"(cluster_id|member_id|memberID|raft_term|raftTerm|raftIndex|raftAppliedIndex|leader|dbSize|dbSizeInUse)\":\"\\d+\"");
    private static final Pattern VERSION = Pattern.compile("\"version\":\"3\\.7\\.\\d\"");
    private static final Pattern ID = Pattern.compile("\"(ID|lease)\":\"\\d{10,}\"");
    private static final Pattern TOKEN = Pattern.compile("\"token\":\"[^\"]*\"");
    private static final Pattern TTL = Pattern.compile("\"TTL\":\"\\d{4,}\"");
    /** Of a lease: etcd lists them as its hash map has them, in another order each time. */
    private static final Pattern KEYS = Pattern.compile("\"keys\":\\[([^\\]]*)\\]");

    private final long seed = Long.getLong("seed", System.nanoTime() & 0xffff_ffffL);
    private final Random random = new Random(seed);

    @TempDir
    Path directory;

    private ProcessMember etcd;
    private ProcessMember ours;
    private RawHttp first;
    private RawHttp second;

    @BeforeEach
    void start() throws Exception {
        System.out.println("GatewayIT seed " + seed);
        etcd = new ProcessMember(Binaries.etcd().withFlags("--bcrypt-cost=4"), directory.resolve("etcd")).start();
        ours = new ProcessMember(Binaries.metastore().withFlags("--bcrypt-cost=4"), directory.resolve("ours")).start();
        first = new RawHttp(etcd.endpoint());
        second = new RawHttp(ours.endpoint());
    }

    @AfterEach
    void stop() {
        ours.close();
        etcd.close();
    }

    @Test
    void everyRequestIsAnsweredAsByEtcd() throws Exception {
        JsonRequests requests = new JsonRequests(random);
        Map<Integer, Integer> statuses = new TreeMap<>();
        for (int i = 0; i < REQUESTS; i++) {
            Request request = requests.next();
            RawHttp.Answer answer = compare("step " + i, request);
            statuses.merge(answer.status(), 1, Integer::sum);
            Matcher revision = REVISION.matcher(answer.body().replace(" ", ""));
            if (revision.find()) {
                requests.revision(Long.parseLong(revision.group(1)));
            }
        }
        System.out.println("GatewayIT " + REQUESTS + " requests, by status " + statuses);
        assertThat(statuses).containsKeys(200, 307, 400, 404, 501);
    }

    @Test
    void watchesTellTheSameChanges() throws Exception {
        for (int round = 0; round < WATCHES; round++) {
            long start = random.nextInt(3) == 0 ? 1 + random.nextInt(2) : 0;
            String create =
                    "{\"create_request\":{\"key\":\"dw==\",\"range_end\":\"eA==\",\"start_revision\":%d,\"prev_kv\":%b}}"
                            .formatted(start, random.nextBoolean());
            try (RawHttp watchFirst = new RawHttp(etcd.endpoint());
                    RawHttp watchSecond = new RawHttp(ours.endpoint())) {
                for (RawHttp watch : List.of(watchFirst, watchSecond)) {
                    watch.send("POST", "/v3/watch", Map.of(), create.getBytes(UTF_8));
                }
                assertThat(comparable(watchSecond.readHead("POST"))).isEqualTo(comparable(watchFirst.readHead("POST")));
                // The revision of the first answer is that of the moment when the watch was created.
                assertThat(normal(watchSecond.readLine())).isEqualTo(normal(watchFirst.readLine()));
                for (int i = random.nextInt(6); i > 0; i--) {
                    compare("watch " + round, change());
                }
                compare(
                        "watch " + round,
                        post("/v3/kv/put", "{\"key\":\"d2VuZA==\",\"value\":\"%s\"}".formatted(end(round))));
                assertThat(eventsTo(watchSecond, end(round)))
                        .as("seed %d round %d: %s", seed, round, create)
                        .isEqualTo(eventsTo(watchFirst, end(round)));
            }
        }
    }

    private static String end(int round) {
        return "%04d".formatted(round);
    }

    private Request change() {
        String key = random.nextBoolean() ? "d2E=" : "d2I=";
        return random.nextInt(4) == 0
                ? post("/v3/kv/deleterange", "{\"key\":\"%s\"}".formatted(key))
                : post("/v3/kv/put", "{\"key\":\"%s\",\"value\":\"%04d\"}".formatted(key, random.nextInt(10_000)));
    }

    /** How many changes share an answer is the server's affair. */
    private static List<String> eventsTo(RawHttp watch, String value) throws IOException {
        List<String> events = new ArrayList<>();
        while (true) {
            String line = normal(watch.readLine());
            assertThat(line).contains("\"events\":[");
            int from = line.indexOf("\"events\":[") + "\"events\":[".length();
            for (String event :
                    line.substring(from, line.length() - "]}}".length()).split("(?<=\\}),(?=\\{)", -1)) {
                events.add(event);
            }
            if (line.contains("\"value\":\"" + value + "\"")) {
                return events;
            }
        }
    }

    @Test
    void usersAreKnownByTheTokenInTheHeader() throws Exception {
        for (String setUp : List.of(
                "user/add {\"name\":\"root\",\"password\":\"r\"}",
                "role/add {\"name\":\"root\"}",
                "user/grant {\"user\":\"root\",\"role\":\"root\"}",
                "user/add {\"name\":\"u\",\"password\":\"p\"}",
                "role/add {\"name\":\"r\"}",
                "role/grant {\"name\":\"r\",\"perm\":{\"permType\":\"READWRITE\",\"key\":\"YQ==\"}}",
                "user/grant {\"user\":\"u\",\"role\":\"r\"}",
                "enable {}")) {
            String[] parts = setUp.split(" ", 2);
            assertThat(compare("set up", post("/v3/auth/" + parts[0], parts[1])).status())
                    .isEqualTo(200);
        }
        compare("wrong", post("/v3/auth/authenticate", "{\"name\":\"u\",\"password\":\"x\"}"));
        for (String login : List.of("{\"name\":\"u\",\"password\":\"p\"}", "{\"name\":\"root\",\"password\":\"r\"}")) {
            String atFirst = token(first.post("/v3/auth/authenticate", login));
            String atSecond = token(second.post("/v3/auth/authenticate", login));
            for (String header : List.of("Authorization", "Grpc-Metadata-Token", "none")) {
                for (String scheme : List.of("", "Bearer ", "x")) {
                    for (Request request : List.of(
                            post("/v3/kv/put", "{\"key\":\"YQ==\"}"),
                            post("/v3/kv/put", "{\"key\":\"Yg==\"}"),
                            post("/v3/kv/range", "{\"key\":\"YQ==\",\"range_end\":\"eg==\"}"),
                            post("/v3/lease/leases", ""),
                            post("/v3/lease/keepalive", "{\"ID\":7}"),
                            post("/v3/maintenance/status", ""),
                            post("/v3/auth/user/list", ""),
                            post("/v3/auth/status", ""))) {
                        RawHttp.Answer one = first.exchange(
                                "POST", request.path(), Map.of(header, scheme + atFirst), request.body());
                        RawHttp.Answer other = second.exchange(
                                "POST", request.path(), Map.of(header, scheme + atSecond), request.body());
                        assertThat(comparable(other))
                                .as("%s, %s: %s", header, scheme, request)
                                .isEqualTo(comparable(one));
                    }
                }
            }
        }
    }

    private static String token(RawHttp.Answer login) {
        return normalSpace(login.body()).replaceAll(".*\"token\":\"([^\"]+)\".*", "$1");
    }

    private static Request post(String path, String body) {
        return new Request("POST", path, Map.of(), body.getBytes(UTF_8));
    }

    private RawHttp.Answer compare(String when, Request request) throws IOException {
        RawHttp.Answer one = exchange(true, request);
        RawHttp.Answer other = exchange(false, request);
        assertThat(comparable(other)).as("seed %d, %s: %s", seed, when, request).isEqualTo(comparable(one));
        return one;
    }

    /** To etcd on a connection of its own: it ends some of them, and some bodies twice, without a word. */
    private RawHttp.Answer exchange(boolean etcds, Request request) throws IOException {
        if (etcds) {
            first.close();
            first = new RawHttp(etcd.endpoint());
        }
        RawHttp http = etcds ? first : second;
        try {
            return http.exchange(request.method(), request.path(), request.headers(), request.body());
        } catch (IOException failure) {
            throw new IOException("seed %d, %s: %s".formatted(seed, etcds ? "etcd" : "ours", request), failure);
        }
    }

    private static String comparable(RawHttp.Answer answer) {
        StringBuilder all = new StringBuilder().append(answer.status());
        for (String name : HEADERS) {
            all.append('\n').append(name).append(": ").append(answer.headers().get(name));
        }
        return all.append('\n').append(normal(answer.body())).toString();
    }

    private static String normal(String body) {
        if (!body.startsWith("{")) {
            return body;
        }
        String text = normalSpace(body);
        text = OWN.matcher(text).replaceAll("\"$1\":\"_\"");
        text = VERSION.matcher(text).replaceAll("\"version\":\"_\"");
        text = TOKEN.matcher(text).replaceAll("\"token\":\"_\"");
        text = TTL.matcher(text).replaceAll("\"TTL\":\"_\"");
        text = ID.matcher(text).replaceAll("\"$1\":\"_\"");
        text = KEYS.matcher(text).replaceAll(keys -> Stream.of(keys.group(1).split(",", -1))
                .sorted()
                .collect(Collectors.joining(",", "\"keys\":[", "]")));
        return text.replaceAll("127\\.0\\.0\\.1:\\d+", "_");
    }

    private static String normalSpace(String body) {
        return OUTSIDE_TEXT
                .matcher(body.replace('\u00a0', ' '))
                .replaceAll(match -> match.group(1) == null ? "" : Matcher.quoteReplacement(match.group(1)));
    }
}
