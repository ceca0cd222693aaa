package io.metastore.server.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads what the operator says about TLS, on client ports and between members alike. */
final class TlsOptions {

    private TlsOptions() {}

    /** For whom a certificate is that is made for these URLs. */
    static List<String> hosts(List<URI> urls) {
        return urls.stream().map(TlsOptions::host).distinct().toList();
    }

    static boolean isTls(URI url) {
        return "https".equals(url.getScheme()) || "unixs".equals(url.getScheme());
    }

    /** Who calls through a file calls the machine it is on. */
    private static String host(URI url) {
        return url.getHost() == null ? "localhost" : bare(url.getHost());
    }

    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    static @Nullable Path path(Options options, Flag flag) {
        return options.get(flag).isEmpty() ? null : Path.of(options.get(flag));
    }

    static List<String> list(Options options, Flag flag) {
        return Stream.of(options.get(flag).split(","))
                .map(String::trim)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    /** In the JDK's names; Go knows older ones, etcd takes these two (etcd: client/pkg/tlsutil/versions.go). */
    static List<String> versions(Options options, List<String> problems) {
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
