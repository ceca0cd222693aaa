package io.metastore.server.peer;

import io.metastore.server.tls.ClientTls;
import io.metastore.server.tls.TlsConfig;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Ways to call members in tests. */
final class TestDialers {

    private TestDialers() {}

    /** For http URLs. */
    static PeerDialer plain() {
        try {
            return new PeerDialer(ClientTls.load(TlsConfig.NONE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
