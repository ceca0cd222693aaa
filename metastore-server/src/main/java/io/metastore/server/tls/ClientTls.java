package io.metastore.server.tls;

import io.metastore.server.auth.PemKeys;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;

/**
 * The calling side of TLS between members: shows this member's certificate, and verifies that of who is called against the
 * authorities and the host that is called (etcd: client/pkg/transport/listener.go, ClientConfig). Where certificates are signed
 * by themselves there is nothing to verify them against, and none is shown. Files that change hold for the next connection.
 *
 * <p>Thread-safe.
 */
public final class ClientTls {
    private static final ApplicationProtocolConfig PROTOCOLS = new ApplicationProtocolConfig(
            ApplicationProtocolConfig.Protocol.ALPN,
            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
            "h2");

    private final ReloadedContext context;

    private ClientTls(ReloadedContext context) {
        this.context = context;
    }

    /**
     * Reads the files.
     *
     * @throws IOException if they cannot be used, with a message for the operator
     */
    public static ClientTls load(TlsConfig config) throws IOException {
        Path certificate = config.callCertificate() != null ? config.callCertificate() : config.certificate();
        Path key = config.callCertificate() != null ? config.callKey() : config.key();
        return new ClientTls(
                new ReloadedContext(certificate, key, config.trustedCa(), files -> context(config, files)));
    }

    /** For one connection, with the files as they are now. */
    public SslContext context() {
        return context.current();
    }

    private static SslContext context(TlsConfig config, TlsFiles files) throws GeneralSecurityException, SSLException {
        // Not counted by reference: a connection may hold on to a context that is replaced.
        SslContextBuilder builder = SslContextBuilder.forClient()
                .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                .applicationProtocolConfig(PROTOCOLS)
                .trustManager(CalledTrust.of(config, files.trustedCa()));
        ServerTls.limit(builder, config);
        if (files.certificate().length > 0) {
            X509Certificate[] chain = ReloadedContext.certificates(files.certificate());
            builder.keyManager(PemKeys.privateKeyOf(files.key(), chain[0].getPublicKey()), chain);
        }
        return builder.build();
    }
}
