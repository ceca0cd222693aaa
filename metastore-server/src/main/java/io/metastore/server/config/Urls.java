package io.metastore.server.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Checks the URL lists of the flags as etcd does (etcd: client/pkg/types/urls.go, server/embed/config.go). */
final class Urls {
    private static final Pattern IP = Pattern.compile("[0-9.]+|\\[?[0-9a-fA-F:.]+\\]?");

    private Urls() {}

    /** Parses a comma separated list of where members are; what is wrong with it goes to {@code problems}. */
    static List<URI> parse(String flag, String list, List<String> problems) {
        return parse(flag, list, false, problems);
    }

    /** As {@link #parse}, of where clients are served: that may be a file too. */
    static List<URI> parseForClients(String flag, String list, List<String> problems) {
        return parse(flag, list, true, problems);
    }

    private static List<URI> parse(String flag, String list, boolean files, List<String> problems) {
        List<URI> urls = new ArrayList<>();
        for (String text : list.split(",", -1)) {
            try {
                URI url = new URI(text.trim());
                if (files && isFile(url)) {
                    if (file(url).isEmpty()) {
                        problems.add("--%s: URL does not name a socket: %s".formatted(flag, text));
                    } else {
                        urls.add(url);
                    }
                } else if (!"http".equals(url.getScheme()) && !"https".equals(url.getScheme())) {
                    problems.add("--%s: URL scheme must be %s: %s"
                            .formatted(flag, files ? "http, https, unix, or unixs" : "http or https", text));
                } else if (url.getHost() == null || url.getPort() < 0) {
                    problems.add("--%s: URL address does not have the form \"host:port\": %s".formatted(flag, text));
                } else if (url.getPath() != null && !url.getPath().isEmpty()) {
                    problems.add("--%s: URL must not contain a path: %s".formatted(flag, text));
                } else {
                    urls.add(url);
                }
            } catch (URISyntaxException malformed) {
                problems.add("--%s: %s".formatted(flag, malformed.getMessage()));
            }
        }
        return urls;
    }

    /** Listeners bind to an address, not to a name that might resolve to anything. */
    static void requireBindable(String flag, List<URI> urls, List<String> problems) {
        for (URI url : urls) {
            if (!isFile(url)
                    && !url.getHost().equals("localhost")
                    && !IP.matcher(url.getHost()).matches()) {
                problems.add("--%s: expected IP in URL for binding (%s)".formatted(flag, url));
            }
        }
    }

    /** Whether clients are served at a file, a Unix domain socket. */
    static boolean isFile(URI url) {
        return "unix".equals(url.getScheme()) || "unixs".equals(url.getScheme());
    }

    /** All behind the slashes, so that {@code unix://localhost:2379} is a file of that name where the process was started. */
    private static String file(URI url) {
        String authority = url.getAuthority() == null ? "" : url.getAuthority();
        return authority + (url.getPath() == null ? "" : url.getPath());
    }

    /** The addresses to bind for a URL: both loopback families for {@code localhost}. */
    static List<SocketAddress> addresses(URI url) {
        if (isFile(url)) {
            return List.of(UnixDomainSocketAddress.of(file(url)));
        }
        try {
            List<SocketAddress> addresses = new ArrayList<>();
            String host = url.getHost();
            for (InetAddress address : InetAddress.getAllByName(host)) {
                addresses.add(new InetSocketAddress(address, url.getPort()));
            }
            return addresses;
        } catch (UnknownHostException unknown) {
            throw new IllegalArgumentException("cannot resolve " + url, unknown);
        }
    }
}
