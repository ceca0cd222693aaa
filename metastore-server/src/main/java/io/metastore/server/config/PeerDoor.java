package io.metastore.server.config;

import io.metastore.server.config.Listener.Traffic;
import io.metastore.server.tls.CipherSuites;
import io.metastore.server.tls.TlsConfig;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where other members are listened for, and by which certificates members know each other (etcd: server/embed/config.go,
 * PeerSelfCert; client/pkg/transport).
 */
public record PeerDoor(List<URI> urls, TlsConfig tls) {
    private static final List<Flag> VERIFYING = List.of(
            Flag.PEER_CLIENT_CERT_AUTH,
            Flag.PEER_TRUSTED_CA_FILE,
            Flag.PEER_CRL_FILE,
            Flag.PEER_CERT_ALLOWED_CN,
            Flag.PEER_CERT_ALLOWED_HOSTNAME,
            Flag.PEER_CLIENT_CERT_FILE,
            Flag.PEER_CLIENT_KEY_FILE);

    public PeerDoor {
        urls = List.copyOf(urls);
    }

    static PeerDoor from(Options options, List<URI> urls, Path dataDir, int certYears, List<String> problems) {
        TlsConfig tls = isSelfSigned(options)
                ? selfSigned(options, urls, dataDir, certYears)
                : withFiles(options, urls, certYears, problems);
        if ((tls.certificate() == null) != (tls.key() == null)) {
            problems.add("--peer-cert-file and --peer-key-file must both be present or both absent");
        }
        for (URI url : urls) {
            if (TlsOptions.isTls(url) && !tls.isServed()) {
                problems.add(
                        "cannot listen on TLS for %s: KeyFile and CertFile are not presented (--peer-cert-file, --peer-key-file)"
                                .formatted(url));
            }
        }
        return new PeerDoor(urls, tls);
    }

    /** As in etcd certificates that are given make --peer-auto-tls count for nothing. */
    private static boolean isSelfSigned(Options options) {
        return FlagKind.asBool(options.get(Flag.PEER_AUTO_TLS)).orElse(false) && !hasCertificate(options);
    }

    private static boolean hasCertificate(Options options) {
        return !options.get(Flag.PEER_CERT_FILE).isEmpty()
                || !options.get(Flag.PEER_KEY_FILE).isEmpty();
    }

    /** What is set that counts for nothing beside --peer-auto-tls, which verifies nobody, as in etcd. */
    static List<Flag> withoutEffect(Options options) {
        return isSelfSigned(options) ? VERIFYING.stream().filter(options::isSet).toList() : List.of();
    }

    private static TlsConfig selfSigned(Options options, List<URI> urls, Path dataDir, int certYears) {
        return TlsConfig.ownCertificate(
                cipherSuites(options),
                versions(options),
                dataDir.resolve("fixtures").resolve("peer"),
                TlsOptions.hosts(urls),
                certYears);
    }

    private static TlsConfig withFiles(Options options, List<URI> urls, int certYears, List<String> problems) {
        List<String> hostNames = TlsOptions.list(options, Flag.PEER_CERT_ALLOWED_HOSTNAME);
        List<String> commonNames = TlsOptions.list(options, Flag.PEER_CERT_ALLOWED_CN);
        Path callCertificate = TlsOptions.path(options, Flag.PEER_CLIENT_CERT_FILE);
        Path callKey = TlsOptions.path(options, Flag.PEER_CLIENT_KEY_FILE);
        // etcd looks at these only where there is a certificate.
        if (hasCertificate(options)) {
            if ((callCertificate == null) != (callKey == null)) {
                problems.add("--peer-client-cert-file and --peer-client-key-file must both be present or both absent");
            }
            if (!hostNames.isEmpty() && !commonNames.isEmpty()) {
                problems.add("AllowedCNs and AllowedHostnames are mutually exclusive (cns=%s, hostnames=%s)"
                        .formatted(commonNames, hostNames));
            }
        } else {
            callCertificate = null;
            callKey = null;
        }
        return new TlsConfig(
                TlsOptions.path(options, Flag.PEER_CERT_FILE),
                TlsOptions.path(options, Flag.PEER_KEY_FILE),
                TlsOptions.path(options, Flag.PEER_TRUSTED_CA_FILE),
                Bools.of(options, Flag.PEER_CLIENT_CERT_AUTH, problems),
                TlsOptions.path(options, Flag.PEER_CRL_FILE),
                hostNames,
                commonNames,
                !Bools.of(options, Flag.PEER_SKIP_CLIENT_SAN_VERIFICATION, problems),
                callCertificate,
                callKey,
                cipherSuites(options),
                versions(options),
                null,
                TlsOptions.hosts(urls),
                certYears);
    }

    // What is wrong with these is told once, by FrontDoor.

    private static List<String> cipherSuites(Options options) {
        return CipherSuites.parse(TlsOptions.list(options, Flag.CIPHER_SUITES), new ArrayList<>());
    }

    private static List<String> versions(Options options) {
        return TlsOptions.versions(options, new ArrayList<>());
    }

    /** The sockets; URLs of both schemes with the same address share one. */
    public List<Listener> listeners() {
        return Listener.sockets(urls, Traffic.GRPC);
    }
}
