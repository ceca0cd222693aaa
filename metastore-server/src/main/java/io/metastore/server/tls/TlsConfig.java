package io.metastore.server.tls;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the operator says about TLS on client ports, or between members (etcd: client/pkg/transport/listener.go, TLSInfo).
 *
 * @param certificate PEM, the leaf first; null if there is none
 * @param key PEM, of the leaf; null if there is none
 * @param trustedCa PEM, those who may sign client certificates; setting it is enough to require one
 * @param clientCertAuth requires a certificate of clients, and takes its common name for the user
 * @param revoked list of revoked certificates, DER or PEM
 * @param allowedNames a client's certificate must be valid for one of these host names or addresses; empty is no condition
 * @param allowedCommonNames or have one of these common names; empty is no condition
 * @param verifiesAddresses whether the address of who calls must be one that its certificate is for
 * @param callCertificate PEM, shown by this member when it calls; null if the listener's is
 * @param callKey PEM, of that; null with it
 * @param cipherSuites for TLS 1.2, in the names of {@link CipherSuites}; empty is the library's choice
 * @param versions names of the JDK's, such as TLSv1.3
 * @param selfSignedDirectory where a certificate of our own is made, and found again; null if it is not asked for
 * @param selfSignedHosts for whom that certificate is
 * @param selfSignedYears how long it lasts
 */
public record TlsConfig(
        @Nullable Path certificate,
        @Nullable Path key,
        @Nullable Path trustedCa,
        boolean clientCertAuth,
        @Nullable Path revoked,
        List<String> allowedNames,
        List<String> allowedCommonNames,
        boolean verifiesAddresses,
        @Nullable Path callCertificate,
        @Nullable Path callKey,
        List<String> cipherSuites,
        List<String> versions,
        @Nullable Path selfSignedDirectory,
        List<String> selfSignedHosts,
        int selfSignedYears) {

    public TlsConfig {
        allowedNames = List.copyOf(allowedNames);
        allowedCommonNames = List.copyOf(allowedCommonNames);
        cipherSuites = List.copyOf(cipherSuites);
        versions = List.copyOf(versions);
        selfSignedHosts = List.copyOf(selfSignedHosts);
    }

    /** Without certificates: plain text. */
    public static final TlsConfig NONE = ownCertificate(List.of(), List.of(), null, List.of(), 1);

    /** With a certificate made here, verifying nobody; the parameters are those of the record. */
    public static TlsConfig ownCertificate(
            List<String> cipherSuites,
            List<String> versions,
            @Nullable Path selfSignedDirectory,
            List<String> selfSignedHosts,
            int selfSignedYears) {
        return new TlsConfig(
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
                cipherSuites,
                versions,
                selfSignedDirectory,
                selfSignedHosts,
                selfSignedYears);
    }

    /** Whether there is anything to show a client that begins a handshake. */
    public boolean isServed() {
        return (certificate != null && key != null) || selfSignedDirectory != null;
    }

    /** Whether certificates are signed by themselves, so that those of others cannot be verified. */
    boolean isSelfSigned() {
        return certificate == null && selfSignedDirectory != null;
    }

    boolean requiresClientCertificate() {
        return clientCertAuth || trustedCa != null;
    }
}
