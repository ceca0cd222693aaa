package io.metastore.server.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of the files that make a TLS context. Compared by content: a time stamp may be the same before and after.
 *
 * <p>Reading them costs some ten microseconds, a handshake several hundred.
 */
final class TlsFiles {
    /** Nobody's chain of certificates is larger; somebody's log might be. */
    private static final long MAX_BYTES = 4 << 20;

    private final byte[] certificate;
    private final byte[] key;
    private final byte[] trustedCa;

    private TlsFiles(byte[] certificate, byte[] key, byte[] trustedCa) {
        this.certificate = certificate;
        this.key = key;
        this.trustedCa = trustedCa;
    }

    /** A file that is null counts as empty. */
    static TlsFiles read(@Nullable Path certificate, @Nullable Path key, @Nullable Path trustedCa) throws IOException {
        return new TlsFiles(bytesOrNone(certificate), bytesOrNone(key), bytesOrNone(trustedCa));
    }

    private static byte[] bytesOrNone(@Nullable Path file) throws IOException {
        return file == null ? new byte[0] : bytes(file);
    }

    static byte[] bytes(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException("too large for certificates: " + file);
        }
        return Files.readAllBytes(file);
    }

    byte[] certificate() {
        return certificate;
    }

    byte[] key() {
        return key;
    }

    byte[] trustedCa() {
        return trustedCa;
    }

    boolean sameAs(TlsFiles other) {
        return Arrays.equals(certificate, other.certificate)
                && Arrays.equals(key, other.key)
                && Arrays.equals(trustedCa, other.trustedCa);
    }
}
