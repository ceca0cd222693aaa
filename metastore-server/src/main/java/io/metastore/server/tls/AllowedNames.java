package io.metastore.server.tls;

import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/**
 * For whom a certificate has to be (etcd: client/pkg/transport/listener.go, baseConfig).
 *
 * @param hosts host names or addresses of which it must be valid for one; empty is no condition
 * @param commonNames of which it must have one; empty is no condition
 */
record AllowedNames(List<String> hosts, List<String> commonNames) {
    static final int DNS_NAME = 2;
    static final int IP_ADDRESS = 7;

    AllowedNames {
        hosts = List.copyOf(hosts);
        commonNames = List.copyOf(commonNames);
    }

    static AllowedNames of(TlsConfig config) {
        return new AllowedNames(config.allowedNames(), config.allowedCommonNames());
    }

    void check(X509Certificate leaf) throws CertificateException {
        boolean hostFits = hosts.isEmpty() || hosts.stream().anyMatch(name -> isFor(leaf, name));
        String commonName = commonNames.isEmpty() ? null : commonName(leaf);
        boolean nameFits = commonNames.isEmpty() || (commonName != null && commonNames.contains(commonName));
        if (!hostFits || !nameFits) {
            throw new CertificateException("client certificate authentication failed");
        }
    }

    /** Whether the certificate is for this host name or address; its common name does not count (Go: VerifyHostname). */
    static boolean isFor(X509Certificate certificate, String name) {
        return alternatives(certificate, DNS_NAME).stream().anyMatch(pattern -> matches(pattern, name))
                || alternatives(certificate, IP_ADDRESS).contains(name);
    }

    /** The host names or addresses that the certificate is for. */
    static List<String> alternatives(X509Certificate certificate, int kind) {
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            return alternatives == null
                    ? List.of()
                    : alternatives.stream()
                            .filter(alternative -> alternative.get(0).equals(kind))
                            .map(alternative -> (String) alternative.get(1))
                            .toList();
        } catch (CertificateParsingException malformed) {
            return List.of();
        }
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

    /** The last one, as in Go; null if there is none. */
    static @Nullable String commonName(X509Certificate certificate) throws CertificateException {
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
