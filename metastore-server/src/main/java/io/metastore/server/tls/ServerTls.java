package io.metastore.server.tls;

import io.metastore.server.auth.PemKeys;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The listening side of TLS, for clients or for other members. The files are looked at for each connection: what changed,
 * certificates and certificate authorities alike, holds for the next one ({@link ReloadedContext}).
 *
 * <p>Thread-safe.
 */
public final class ServerTls {
    private static final long HANDSHAKE_SECONDS = 10;
    /** What HTTP/2 (RFC 7540, 9.2.2) and etcd's clients do not need is left out: the library's own list is good. */
    private static final ApplicationProtocolConfig PROTOCOLS = new ApplicationProtocolConfig(
            ApplicationProtocolConfig.Protocol.ALPN,
            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
            "h2",
            "http/1.1");

    private final TlsConfig config;
    private final Executor lookups;
    private final ClientCertificates clients;
    private final ReloadedContext context;

    private ServerTls(TlsConfig config, Executor lookups) throws IOException {
        this.config = config;
        this.lookups = lookups;
        this.clients = new ClientCertificates(config.revoked(), AllowedNames.of(config));
        this.context = new ReloadedContext(
                config.certificate(), config.key(), config.trustedCa(), files -> context(config, files));
    }

    /**
     * Reads the files.
     *
     * @param lookups where names are looked up, which may take seconds; only if addresses are verified
     * @throws IOException if they make no TLS server, with a message for the operator
     */
    public static ServerTls load(TlsConfig config, Executor lookups) throws IOException {
        ServerTls tls = new ServerTls(config.certificate() == null ? SelfSigned.in(config) : config, lookups);
        tls.clients.readRevoked();
        return tls;
    }

    /** For one connection, with the files as they are now. */
    public SslHandler newHandler(ByteBufAllocator allocator) {
        SslHandler handler = context.current().newHandler(allocator);
        handler.setHandshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS);
        return handler;
    }

    /**
     * Checks the certificate of a client that has shaken hands: whether it is revoked by now, and for whom it is. A resumed
     * session is asked too, of which the handshake has seen no certificate.
     *
     * @return its common name; null if there is no certificate, or none in it
     * @throws CertificateException if the connection has to be closed
     */
    public @Nullable String checkClient(SSLSession session) throws CertificateException {
        return config.requiresClientCertificate() ? clients.check(session) : null;
    }

    /**
     * Checks whether a certificate that was shown is for the address it is shown from, where that is asked for. Fails with a
     * {@link CertificateException} if the connection has to be closed.
     */
    public CompletableFuture<Void> checkAddress(SSLSession session, SocketAddress caller) {
        if (!config.verifiesAddresses()
                || !config.requiresClientCertificate()
                || !(caller instanceof InetSocketAddress address)) {
            return CompletableFuture.completedFuture(null);
        }
        try {
            X509Certificate leaf = (X509Certificate) session.getPeerCertificates()[0];
            return CallerAddress.check(leaf, address.getAddress(), lookups);
        } catch (SSLPeerUnverifiedException none) {
            return CompletableFuture.failedFuture(none);
        }
    }

    private static SslContext context(TlsConfig config, TlsFiles files) throws GeneralSecurityException, SSLException {
        X509Certificate[] chain = ReloadedContext.certificates(files.certificate());
        PrivateKey key = PemKeys.privateKeyOf(files.key(), chain[0].getPublicKey());
        SslContextBuilder builder = SslContextBuilder.forServer(key, chain)
                .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
                .applicationProtocolConfig(PROTOCOLS);
        limit(builder, config);
        if (config.requiresClientCertificate()) {
            builder.clientAuth(ClientAuth.REQUIRE);
            if (config.trustedCa() != null) {
                builder.trustManager(ReloadedContext.certificates(files.trustedCa()));
            }
        }
        return builder.build();
    }

    /** To the versions and suites that are asked for. */
    static void limit(SslContextBuilder builder, TlsConfig config) {
        builder.protocols(config.versions());
        if (!config.cipherSuites().isEmpty()) {
            List<String> suites = new ArrayList<>(config.cipherSuites());
            suites.addAll(CipherSuites.TLS_1_3);
            builder.ciphers(suites, SupportedCipherSuiteFilter.INSTANCE);
        }
    }
}
