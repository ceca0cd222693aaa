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
import java.security.cert.CertificateParsingException;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * What a client's certificate has to be beyond what the handshake asks, which is a chain to a trusted authority, dates and
 * usage (etcd: client/pkg/transport/listener.go, listener_tls.go).
 */
final class ClientCertificates {
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private final @Nullable Path revokedFile;
    private final List<String> allowedNames;
    // What the file held when it was last read.
    private volatile Revoked revoked = new Revoked(ByteBuffer.allocate(0), Set.of());

    private record Revoked(ByteBuffer file, Set<BigInteger> serials) {}

    ClientCertificates(@Nullable Path revokedFile, List<String> allowedNames) {
        this.revokedFile = revokedFile;
        this.allowedNames = allowedNames;
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
        if (!allowedNames.isEmpty() && allowedNames.stream().noneMatch(name -> isFor(leaf, name))) {
            throw new CertificateException("client certificate authentication failed");
        }
        return commonName(leaf);
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

    /** Whether the certificate is for this host name or address; its common name does not count (Go: VerifyHostname). */
    static boolean isFor(X509Certificate certificate, String name) {
        Collection<List<?>> alternatives;
        try {
            alternatives = certificate.getSubjectAlternativeNames();
        } catch (CertificateParsingException malformed) {
            return false;
        }
        if (alternatives == null) {
            return false;
        }
        for (List<?> alternative : alternatives) {
            int kind = (Integer) alternative.get(0);
            if (kind == DNS_NAME && matches((String) alternative.get(1), name)) {
                return true;
            }
            if (kind == IP_ADDRESS && alternative.get(1).equals(name)) {
                return true;
            }
        }
        return false;
    }

    /** A star stands for the first label, whole. */
    private static boolean matches(String pattern, String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        String certified = pattern.toLowerCase(Locale.ROOT);
        if (!certified.startsWith("*.")) {
            return certified.equals(wanted);
        }
        int dot = wanted.indexOf('.');
        return dot > 0 && wanted.substring(dot).equals(certified.substring(1));
    }

    private static @Nullable String commonName(X509Certificate certificate) throws CertificateException {
        try {
            String name = null;
            // From the first to the last in the certificate; the last one counts, as in Go.
            for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    name = part.getValue().toString();
                }
            }
            return name == null || name.isEmpty() ? null : name;
        } catch (InvalidNameException malformed) {
            throw new CertificateException("malformed subject", malformed);
        }
    }
}
