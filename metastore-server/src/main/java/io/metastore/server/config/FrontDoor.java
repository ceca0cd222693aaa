package io.metastore.server.config;

import io.metastore.server.config.Listener.Traffic;
import io.metastore.server.tls.CipherSuites;
import io.metastore.server.tls.TlsConfig;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

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
        boolean certAuth = Bools.of(options, Flag.CLIENT_CERT_AUTH, problems);
        boolean autoTls = Bools.of(options, Flag.AUTO_TLS, problems);
        TlsConfig tls = new TlsConfig(
                TlsOptions.path(options, Flag.CERT_FILE),
                TlsOptions.path(options, Flag.KEY_FILE),
                TlsOptions.path(options, Flag.TRUSTED_CA_FILE),
                certAuth,
                TlsOptions.path(options, Flag.CLIENT_CRL_FILE),
                TlsOptions.list(options, Flag.CLIENT_CERT_ALLOWED_HOSTNAME),
                List.of(),
                false,
                null,
                null,
                CipherSuites.parse(TlsOptions.list(options, Flag.CIPHER_SUITES), problems),
                TlsOptions.versions(options, problems),
                autoTls ? dataDir.resolve("fixtures").resolve("client") : null,
                TlsOptions.hosts(all),
                certYears);
        if ((tls.certificate() == null) != (tls.key() == null)) {
            problems.add("--cert-file and --key-file must both be present or both absent");
        }
        for (URI url : all) {
            if (TlsOptions.isTls(url) && !tls.isServed()) {
                problems.add(
                        metrics.contains(url)
                                ? "client TLS key/cert (--cert-file, --key-file) must be provided for metrics secure url"
                                : "TLS key/cert (--cert-file, --key-file) must be provided for client url %s with HTTPS scheme"
                                        .formatted(url));
            }
        }
        return new FrontDoor(clientUrls, http, metrics, tls);
    }

    /** The sockets; URLs of both schemes with the same address share one. */
    public List<Listener> listeners() {
        List<Listener> listeners = new ArrayList<>();
        listeners.addAll(Listener.sockets(clientUrls, httpUrls.isEmpty() ? Traffic.GRPC_AND_HTTP : Traffic.GRPC));
        listeners.addAll(Listener.sockets(httpUrls, Traffic.HTTP));
        listeners.addAll(Listener.sockets(metricsUrls, Traffic.METRICS));
        return listeners;
    }

    private static List<URI> urls(Options options, Flag flag, List<String> problems) {
        if (options.get(flag).isEmpty()) {
            return List.of();
        }
        List<URI> urls = Urls.parseForClients(flag.flagName(), options.get(flag), problems);
        Urls.requireBindable(flag.flagName(), urls, problems);
        return urls;
    }
}
