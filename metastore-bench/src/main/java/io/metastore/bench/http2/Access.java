package io.metastore.bench.http2;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Path;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * How a client comes in: in the clear or over TLS, and with which token in the metadata of its calls.
 *
 * @param token empty: none
 */
public record Access(@Nullable SslContext tls, String token) {
    public static final Access PLAIN = new Access(null, "");

    /** TLS with ALPN {@code h2}, to servers that show this certificate (PEM) or one that it signed. */
    public static Access trusting(Path certificate) {
        try {
            SslContext tls = SslContextBuilder.forClient()
                    .trustManager(certificate.toFile())
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            ApplicationProtocolNames.HTTP_2))
                    .build();
            return new Access(tls, "");
        } catch (SSLException e) {
            throw new IllegalStateException("TLS: " + e.getMessage(), e);
        }
    }

    public Access withToken(String newToken) {
        return new Access(tls, newToken);
    }
}
