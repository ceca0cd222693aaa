package io.metastore.server.peer;

import io.metastore.server.tls.ClientTls;
import io.metastore.server.tls.TlsConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Ways to call members in tests. */
final class TestDialers {

    private TestDialers() {}

    /** For http URLs. */
    static PeerDialer plain() {
        TlsConfig none = new TlsConfig(
                null,
                null,
                null,
                false,
                null,
                List.of(),
                List.of(),
                false,
                null,
                null,
                List.of(),
                List.of("TLSv1.3"),
                null,
                List.of(),
                1);
        try {
            return new PeerDialer(ClientTls.load(none));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
