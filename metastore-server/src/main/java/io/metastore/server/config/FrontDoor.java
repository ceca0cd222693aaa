package io.metastore.server.config;

import io.metastore.server.config.Listener.Traffic;
import io.metastore.server.tls.CipherSuites;
import io.metastore.server.tls.TlsConfig;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where clients are listened for, what for, and by which certificates (etcd: server/embed/etcd.go, configureClientListeners).
 *
 * @param httpUrls for HTTP alone; if there are any, the client URLs serve gRPC alone
 * @param metricsUrls for metrics and health checks alone
 */
public record FrontDoor(List<URI> clientUrls, List<URI> httpUrls, List<URI> metricsUrls, TlsConfig tls) {

    public FrontDoor {
        clientUrls = List.copyOf(clientUrls);
        httpUrls = List.copyOf(httpUrls);
        metricsUrls = List.copyOf(metricsUrls);
    }

    static FrontDoor from(Options options, List<URI> clientUrls, Path dataDir, int certYears, List<String> problems) {
        List<URI> http = urls(options, Flag.LISTEN_CLIENT_HTTP_URLS, problems);
        List<URI> metrics = urls(options, Flag.LISTEN_METRICS_URLS, problems);
        List<URI> all =
                Stream.of(clientUrls, http, metrics).flatMap(List::stream).toList();
        List<String> hosts =
                all.stream().map(url -> bare(url.getHost())).distinct().toList();
        boolean certAuth = Bools.of(options, Flag.CLIENT_CERT_AUTH, problems);
        boolean autoTls = Bools.of(options, Flag.AUTO_TLS, problems);
        TlsConfig tls = new TlsConfig(
                path(options, Flag.CERT_FILE),
                path(options, Flag.KEY_FILE),
                path(options, Flag.TRUSTED_CA_FILE),
                certAuth,
                path(options, Flag.CLIENT_CRL_FILE),
                list(options, Flag.CLIENT_CERT_ALLOWED_HOSTNAME),
                CipherSuites.parse(list(options, Flag.CIPHER_SUITES), problems),
                versions(options, problems),
                autoTls ? dataDir.resolve("fixtures").resolve("client") : null,
                hosts,
                certYears);
        if ((tls.certificate() == null) != (tls.key() == null)) {
            problems.add("--cert-file and --key-file must both be present or both absent");
        }
        for (URI url : all) {
            if (isTls(url) && !tls.isServed()) {
                problems.add(
                        "TLS key/cert (--cert-file, --key-file) must be provided for client url %s with HTTPS scheme"
                                .formatted(url));
            }
        }
        return new FrontDoor(clientUrls, http, metrics, tls);
    }

    /** The sockets; URLs of both schemes with the same address share one. */
    public List<Listener> listeners() {
        List<Listener> listeners = new ArrayList<>();
        listeners.addAll(sockets(clientUrls, httpUrls.isEmpty() ? Traffic.GRPC_AND_HTTP : Traffic.GRPC));
        listeners.addAll(sockets(httpUrls, Traffic.HTTP));
        listeners.addAll(sockets(metricsUrls, Traffic.METRICS));
        return listeners;
    }

    private static List<Listener> sockets(List<URI> urls, Traffic traffic) {
        Map<InetSocketAddress, Listener> byAddress = new LinkedHashMap<>();
        for (URI url : urls) {
            for (InetSocketAddress address : Urls.addresses(url)) {
                byAddress.merge(
                        address,
                        new Listener(address, !isTls(url), isTls(url), traffic),
                        (one, other) ->
                                new Listener(address, one.plain() || other.plain(), one.tls() || other.tls(), traffic));
            }
        }
        return List.copyOf(byAddress.values());
    }

    private static boolean isTls(URI url) {
        return "https".equals(url.getScheme());
    }

    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static List<URI> urls(Options options, Flag flag, List<String> problems) {
        if (options.get(flag).isEmpty()) {
            return List.of();
        }
        List<URI> urls = Urls.parse(flag.flagName(), options.get(flag), problems);
        Urls.requireBindable(flag.flagName(), urls, problems);
        return urls;
    }

    private static @Nullable Path path(Options options, Flag flag) {
        return options.get(flag).isEmpty() ? null : Path.of(options.get(flag));
    }

    private static List<String> list(Options options, Flag flag) {
        return Stream.of(options.get(flag).split(","))
                .map(String::trim)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    /** In the JDK's names; Go knows older ones, etcd takes these two (etcd: client/pkg/tlsutil/versions.go). */
    private static List<String> versions(Options options, List<String> problems) {
        List<String> known = List.of("TLS1.2", "TLS1.3");
        String least = options.get(Flag.TLS_MIN_VERSION);
        String greatest = options.get(Flag.TLS_MAX_VERSION);
        int from = least.isEmpty() ? 0 : known.indexOf(least);
        int to = greatest.isEmpty() ? known.size() - 1 : known.indexOf(greatest);
        if (from < 0 || to < 0) {
            problems.add("unexpected TLS version \"%s\" (must be one of: TLS1.2, TLS1.3)"
                    .formatted(from < 0 ? least : greatest));
            return List.of();
        }
        if (from > to) {
            problems.add("min version (%s) is greater than max version (%s)".formatted(least, greatest));
            return List.of();
        }
        if (from == 1 && !options.get(Flag.CIPHER_SUITES).isEmpty()) {
            problems.add("cipher suites cannot be configured when only TLS1.3 is enabled");
        }
        return known.subList(from, to + 1).stream()
                .map(version -> version.replace("TLS", "TLSv"))
                .toList();
    }
}
