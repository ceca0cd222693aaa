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
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's side of TLS on client ports. The files are looked at for each connection: what changed, certificates and
 * certificate authorities alike, holds for the next one. Files that make no context (a certificate whose key is not there
 * yet) leave the ones before in place, with one warning.
 *
 * <p>Thread-safe.
 */
public final class ServerTls {
    private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);
    private static final long HANDSHAKE_SECONDS = 10;
    /** What HTTP/2 (RFC 7540, 9.2.2) and etcd's clients do not need is left out: the library's own list is good. */
    private static final ApplicationProtocolConfig PROTOCOLS = new ApplicationProtocolConfig(
            ApplicationProtocolConfig.Protocol.ALPN,
            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
            "h2",
            "http/1.1");

    private final TlsConfig config;
    private final ClientCertificates clients;
    private volatile Loaded loaded;
    // The files that were warned of; guarded by this.
    private @Nullable TlsFiles refused;
    private boolean unreadable;

    /** A context and the files that it was made of. */
    private record Loaded(TlsFiles files, SslContext context) {}

    private ServerTls(TlsConfig config, Loaded loaded) {
        this.config = config;
        this.loaded = loaded;
        this.clients = new ClientCertificates(config.revoked(), config.allowedNames());
    }

    /**
     * Reads the files.
     *
     * @throws IOException if they make no TLS server, with a message for the operator
     */
    public static ServerTls load(TlsConfig config) throws IOException {
        TlsConfig used = config.certificate() == null ? SelfSigned.in(config) : config;
        TlsFiles files = TlsFiles.read(used);
        try {
            ServerTls tls = new ServerTls(used, new Loaded(files, context(used, files)));
            tls.clients.readRevoked();
            return tls;
        } catch (GeneralSecurityException | SSLException | IllegalArgumentException unusable) {
            throw new IOException(
                    "TLS files %s, %s cannot be used: %s"
                            .formatted(used.certificate(), used.key(), unusable.getMessage()),
                    unusable);
        }
    }

    /** For one connection, with the files as they are now. */
    public SslHandler newHandler(ByteBufAllocator allocator) {
        SslHandler handler = current().newHandler(allocator);
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

    private SslContext current() {
        Loaded now = loaded;
        try {
            TlsFiles files = TlsFiles.read(config);
            return files.sameAs(now.files) ? now.context : reloaded(files);
        } catch (IOException gone) {
            warnOfUnreadable(gone);
            return now.context;
        }
    }

    private synchronized SslContext reloaded(TlsFiles files) {
        unreadable = false;
        if (files.sameAs(loaded.files) || (refused != null && files.sameAs(refused))) {
            return loaded.context;
        }
        try {
            loaded = new Loaded(files, context(config, files));
            refused = null;
            LOG.info("TLS files changed: new connections use them cert-file={}", config.certificate());
        } catch (GeneralSecurityException | SSLException | IllegalArgumentException unusable) {
            refused = files;
            LOG.warn(
                    "TLS files changed and cannot be used: new connections use those before cert-file={} error={}",
                    config.certificate(),
                    unusable.getMessage());
        }
        return loaded.context;
    }

    private synchronized void warnOfUnreadable(IOException gone) {
        if (!unreadable) {
            unreadable = true;
            LOG.warn("TLS files cannot be read: new connections use those before error={}", gone.toString());
        }
    }

    private static SslContext context(TlsConfig config, TlsFiles files) throws GeneralSecurityException, SSLException {
        X509Certificate[] chain = certificates(files.certificate());
        PrivateKey key = PemKeys.privateKeyOf(files.key(), chain[0].getPublicKey());
        SslContextBuilder builder = SslContextBuilder.forServer(key, chain)
                .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
                .applicationProtocolConfig(PROTOCOLS)
                .protocols(config.versions());
        if (!config.cipherSuites().isEmpty()) {
            List<String> suites = new ArrayList<>(config.cipherSuites());
            suites.addAll(CipherSuites.TLS_1_3);
            builder.ciphers(suites, SupportedCipherSuiteFilter.INSTANCE);
        }
        if (config.requiresClientCertificate()) {
            builder.clientAuth(ClientAuth.REQUIRE);
            if (config.trustedCa() != null) {
                builder.trustManager(certificates(files.trustedCa()));
            }
        }
        return builder.build();
    }

    private static X509Certificate[] certificates(byte[] pem) throws CertificateException {
        X509Certificate[] chain =
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem)).stream()
                        .map(X509Certificate.class::cast)
                        .toArray(X509Certificate[]::new);
        if (chain.length == 0) {
            throw new CertificateException("no certificate in the file");
        }
        return chain;
    }
}
