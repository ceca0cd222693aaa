package io.metastore.server.stats;

import io.grpc.Status;
import io.metastore.api.EtcdError;
import io.metastore.api.EtcdException;
import io.metastore.server.gateway.HttpStatus;
import io.metastore.server.grpc.Access;
import io.metastore.server.http.Reports;
import io.metastore.server.traffic.Traffic;
import io.metastore.server.traffic.TrafficReport;
import io.metastore.server.traffic.TrafficReport.HotKey;
import io.metastore.server.traffic.TrafficReport.Requests;
import io.metastore.storage.mvcc.Key;
import io.metastore.storage.mvcc.PrefixQuery;
import io.metastore.storage.mvcc.PrefixReader;
import io.metastore.storage.mvcc.PrefixReport;
import io.metastore.storage.mvcc.PrefixReport.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /metastore/stats/prefixes}, {@code .../hot-keys} and {@code .../clients}: JSON, or text with {@code format=text}. With
 * auth on they are root's alone, who shows his token as to the gateway; refusals have etcd's codes and texts in the gateway's form.
 *
 * <p>Keys are told as text: bytes other than printable ASCII as {@code \xhh}.
 */
public final class StatsEndpoint implements Reports {
    private static final String STATS = PATH_PREFIX + "stats/";
    private static final int DEFAULT_TOP = 20;
    private static final int DEFAULT_DEPTH = 2;

    private final Access access;
    private final PrefixReader prefixes;
    private final @Nullable Traffic traffic;
    private final Executor admin;

    /**
     * Answers with what these know.
     *
     * @param traffic null where requests are not sampled
     * @param admin makes the answers
     */
    public StatsEndpoint(Access access, PrefixReader prefixes, @Nullable Traffic traffic, Executor admin) {
        this.access = access;
        this.prefixes = prefixes;
        this.traffic = traffic;
        this.admin = admin;
    }

    @Override
    public CompletableFuture<Answer> answer(
            String path, Map<String, List<String>> parameters, @Nullable String authorization) {
        try {
            access.requireAdminByHeader(authorization);
            Parameters asked = new Parameters(parameters);
            boolean text = asked.oneOf("format", "json", "text").equals("text");
            Supplier<StatsReport> report = reportAt(path, asked);
            if (report == null) {
                return CompletableFuture.completedFuture(refusal(Status.NOT_FOUND.withDescription("Not Found")));
            }
            asked.requireNoOthers();
            return CompletableFuture.supplyAsync(report, admin)
                    .thenApply(made -> text
                            ? new Answer(HttpStatus.OK, "text/plain; charset=utf-8", made.text())
                            : new Answer(HttpStatus.OK, "application/json", made.json()))
                    .exceptionally(failure -> refusal(Status.INTERNAL.withDescription(failure.toString())));
        } catch (EtcdException refused) {
            return CompletableFuture.completedFuture(refusal(refused.error().status()));
        } catch (RejectedExecutionException full) {
            return CompletableFuture.completedFuture(refusal(EtcdError.TOO_MANY_REQUESTS.status()));
        } catch (Parameters.WrongParameterException wrong) {
            return CompletableFuture.completedFuture(
                    refusal(Status.INVALID_ARGUMENT.withDescription(wrong.getMessage())));
        }
    }

    /** Null if there is none at that path. */
    private @Nullable Supplier<StatsReport> reportAt(String path, Parameters asked)
            throws Parameters.WrongParameterException {
        int top = asked.number("top", DEFAULT_TOP, 1, PrefixQuery.MAX_TOP);
        switch (path) {
            case STATS + "prefixes" -> {
                PrefixQuery query = new PrefixQuery(
                        Key.of(asked.text("below", "")),
                        Key.of(asked.notEmpty("separator", "/")),
                        asked.number("depth", DEFAULT_DEPTH, 1, PrefixQuery.MAX_DEPTH),
                        top,
                        PrefixQuery.Order.valueOf(
                                asked.oneOf("order", "keys", "bytes").toUpperCase(Locale.ROOT)));
                return () -> prefixes(query);
            }
            case STATS + "hot-keys" -> {
                Traffic sampled = sampled();
                return () -> hotKeys(sampled.report(top));
            }
            case STATS + "clients" -> {
                Traffic sampled = sampled();
                boolean connections = asked.oneOf("by", "address", "connection").equals("connection");
                return () -> clients(sampled.report(top), connections);
            }
            default -> {
                return null;
            }
        }
    }

    private Traffic sampled() throws Parameters.WrongParameterException {
        if (traffic == null) {
            throw new Parameters.WrongParameterException("requests are not sampled: --traffic-sampling is 0");
        }
        return traffic;
    }

    private StatsReport prefixes(PrefixQuery query) {
        long since = System.nanoTime();
        PrefixReport report = prefixes.read(query);
        List<List<Object>> rows = report.prefixes().stream()
                .map(prefix -> List.<Object>of(
                        prefix.name().toString(), prefix.depth(), prefix.keys(), prefix.bytes(), prefix.bytesExact()))
                .toList();
        Prefix total = report.total();
        return new StatsReport()
                .fact("revision", report.revision())
                .fact("keys", total.keys())
                .fact("bytes", total.bytes())
                .fact("bytesExact", total.bytesExact())
                .fact("keysMissingAtMost", report.missing())
                .fact("keysRead", report.keysRead())
                .fact("millis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since))
                .table("prefixes", List.of("prefix", "depth", "keys", "bytes", "bytesExact"), rows);
    }

    private static StatsReport hotKeys(TrafficReport report) {
        List<String> columns =
                List.of("key", "rangeEnd", "requests", "requestsAtLeast", "requestsAtMost", "requestsPerSecond");
        return aboutSample(report)
                .table("reads", columns, rows(report.reads(), report))
                .table("writes", columns, rows(report.writes(), report));
    }

    private static List<List<Object>> rows(List<HotKey> keys, TrafficReport report) {
        return keys.stream()
                .map(hot -> row(
                        List.of(
                                hot.key().toString(),
                                hot.end() == null ? "" : hot.end().toString()),
                        hot.requests(),
                        report))
                .toList();
    }

    private static StatsReport clients(TrafficReport report, boolean connections) {
        return aboutSample(report)
                .table(
                        connections ? "connections" : "clients",
                        List.of(
                                "address",
                                "via",
                                "user",
                                "requests",
                                "requestsAtLeast",
                                "requestsAtMost",
                                "requestsPerSecond"),
                        (connections ? report.connections() : report.clients())
                                .stream()
                                        .map(client -> row(
                                                List.of(client.address(), client.via(), client.user()),
                                                client.requests(),
                                                report))
                                        .toList());
    }

    private static StatsReport aboutSample(TrafficReport report) {
        return new StatsReport()
                .fact("sampledOneOf", report.every())
                .fact("seconds", report.time().toSeconds())
                .fact("samples", report.samples())
                .fact("samplesLost", report.lost())
                .fact("requests", report.samples() * report.every());
    }

    private static List<Object> row(List<String> who, Requests requests, TrafficReport report) {
        List<Object> row = new ArrayList<>(who);
        row.add(requests.about());
        row.add(requests.atLeast());
        row.add(requests.atMost());
        row.add(Math.round(1000.0 * requests.about() / Math.max(1, report.time().toMillis())));
        return row;
    }

    private static Answer refusal(Status status) {
        return new Answer(HttpStatus.of(status.getCode()), "application/json", HttpStatus.json(status));
    }
}
