package io.metastore.server.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.cert.CRLException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * What a client's certificate has to be beyond what the handshake asks, which is a chain to a trusted authority, dates and
 * usage (etcd: client/pkg/transport/listener.go, listener_tls.go).
 */
final class ClientCertificates {
    private final @Nullable Path revokedFile;
    private final AllowedNames allowed;
    // What the file held when it was last read.
    private volatile Revoked revoked = new Revoked(ByteBuffer.allocate(0), Set.of());

    private record Revoked(ByteBuffer file, Set<BigInteger> serials) {}

    ClientCertificates(@Nullable Path revokedFile, AllowedNames allowed) {
        this.revokedFile = revokedFile;
        this.allowed = allowed;
    }

    /** The leaf's common name, null if it has none. */
    @Nullable
    String check(SSLSession session) throws CertificateException {
        Certificate[] chain;
        try {
            chain = session.getPeerCertificates();
        } catch (SSLPeerUnverifiedException none) {
            throw new CertificateException("client certificate required", none);
        }
        refuseRevoked(chain);
        X509Certificate leaf = (X509Certificate) chain[0];
        allowed.check(leaf);
        return AllowedNames.commonName(leaf);
    }

    /** By serial number alone, as etcd does: whoever issued the certificate. */
    private void refuseRevoked(Certificate[] chain) throws CertificateException {
        if (revokedFile == null) {
            return;
        }
        Set<BigInteger> serials;
        try {
            serials = readRevoked();
        } catch (IOException unreadable) {
            throw new CertificateException("cannot tell what is revoked: " + unreadable.getMessage(), unreadable);
        }
        for (Certificate certificate : chain) {
            BigInteger serial = ((X509Certificate) certificate).getSerialNumber();
            if (serials.contains(serial)) {
                throw new CertificateException("transport: certificate serial %x revoked".formatted(serial));
            }
        }
    }

    /** What is revoked now; a list that cannot be read is no empty list. */
    Set<BigInteger> readRevoked() throws IOException {
        if (revokedFile == null) {
            return Set.of();
        }
        byte[] file = TlsFiles.bytes(revokedFile);
        Revoked known = revoked;
        if (known.file.hasRemaining() && known.file.equals(ByteBuffer.wrap(file))) {
            return known.serials;
        }
        try {
            X509CRL list =
                    (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(file));
            Set<? extends X509CRLEntry> entries = list.getRevokedCertificates();
            Set<BigInteger> serials = entries == null
                    ? Set.of()
                    : entries.stream().map(X509CRLEntry::getSerialNumber).collect(Collectors.toSet());
            revoked = new Revoked(ByteBuffer.wrap(file), serials);
            return serials;
        } catch (CRLException | CertificateException malformed) {
            throw new IOException("no revocation list: " + revokedFile, malformed);
        }
    }
}
