package io.metastore.server.peer;

import io.grpc.Metadata;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who calls whom, as it stands in the metadata of each stream.
 *
 * @param fromUrls where the caller is reached, as it says
 */
record PeerHeaders(long clusterId, long from, long to, List<URI> fromUrls) {
    private static final Metadata.Key<String> CLUSTER = key("metastore-cluster-id");
    private static final Metadata.Key<String> FROM = key("metastore-from");
    private static final Metadata.Key<String> TO = key("metastore-to");
    private static final Metadata.Key<String> FROM_URLS = key("metastore-from-urls");
    private static final int MAX_URLS = 16;

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    PeerHeaders {
        fromUrls = List.copyOf(fromUrls);
    }

    Metadata toMetadata() {
        Metadata metadata = new Metadata();
        metadata.put(CLUSTER, Long.toHexString(clusterId));
        metadata.put(FROM, Long.toHexString(from));
        metadata.put(TO, Long.toHexString(to));
        metadata.put(
                FROM_URLS,
                String.join(",", fromUrls.stream().map(URI::toASCIIString).toList()));
        return metadata;
    }

    /** Null if anything is missing or malformed. */
    static @Nullable PeerHeaders read(Metadata metadata) {
        String cluster = metadata.get(CLUSTER);
        String from = metadata.get(FROM);
        String to = metadata.get(TO);
        String urls = metadata.get(FROM_URLS);
        if (cluster == null || from == null || to == null || urls == null) {
            return null;
        }
        try {
            List<URI> parsed = new ArrayList<>();
            for (String url : urls.split(",", MAX_URLS + 1)) {
                URI uri = new URI(url);
                if (uri.getHost() == null || uri.getPort() <= 0 || parsed.size() == MAX_URLS) {
                    return null;
                }
                parsed.add(uri);
            }
            return new PeerHeaders(
                    Long.parseUnsignedLong(cluster, 16),
                    Long.parseUnsignedLong(from, 16),
                    Long.parseUnsignedLong(to, 16),
                    parsed);
        } catch (NumberFormatException | URISyntaxException malformed) {
            return null;
        }
    }
}
