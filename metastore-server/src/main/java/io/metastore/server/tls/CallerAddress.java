package io.metastore.server.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Whether a certificate is for the address that its bearer calls from (etcd: client/pkg/transport/listener_tls.go, checkCertSAN).
 * One without any host name and address is for all.
 */
final class CallerAddress {

    private CallerAddress() {}

    /** Names are looked up on {@code lookups}; fails with a {@link CertificateException}. */
    static CompletableFuture<Void> check(X509Certificate leaf, InetAddress caller, Executor lookups) {
        List<String> addresses = AllowedNames.alternatives(leaf, AllowedNames.IP_ADDRESS);
        List<String> names = AllowedNames.alternatives(leaf, AllowedNames.DNS_NAME);
        if ((addresses.isEmpty() && names.isEmpty()) || addresses.contains(caller.getHostAddress())) {
            return CompletableFuture.completedFuture(null);
        }
        if (names.isEmpty()) {
            return CompletableFuture.failedFuture(new CertificateException("x509: certificate is valid for %s, not %s"
                    .formatted(String.join(", ", addresses), caller.getHostAddress())));
        }
        try {
            return CompletableFuture.runAsync(() -> lookUp(leaf, names, caller), lookups);
        } catch (RejectedExecutionException tooMany) {
            return CompletableFuture.failedFuture(new CertificateException("too many names to look up", tooMany));
        }
    }

    private static void lookUp(X509Certificate leaf, List<String> names, InetAddress caller) {
        boolean known = names.stream().anyMatch(name -> !name.startsWith("*") && leadsTo(name, caller))
                || AllowedNames.isFor(leaf, caller.getCanonicalHostName());
        if (!known) {
            throw new CompletionException(new CertificateException(
                    "tls: \"%s\" does not match any of DNSNames %s".formatted(caller.getHostAddress(), names)));
        }
    }

    private static boolean leadsTo(String name, InetAddress caller) {
        try {
            return List.of(InetAddress.getAllByName(name)).contains(caller);
        } catch (UnknownHostException unknown) {
            return false;
        }
    }
}
