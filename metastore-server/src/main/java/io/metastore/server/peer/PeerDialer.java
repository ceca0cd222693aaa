package io.metastore.server.peer;

import io.grpc.netty.NettyChannelBuilder;
import io.metastore.server.tls.ClientTls;
import java.net.URI;

/**
 * How members are called: with TLS where the URL says https, else in plain text. Each channel takes the certificates as they
 * are when it is made, and verifies that of the other side against the host of the URL.
 */
public final class PeerDialer {
    private final ClientTls tls;

    public PeerDialer(ClientTls tls) {
        this.tls = tls;
    }

    NettyChannelBuilder channelTo(URI url) {
        NettyChannelBuilder builder =
                NettyChannelBuilder.forAddress(url.getHost(), url.getPort()).disableRetry();
        return "https".equals(url.getScheme())
                ? builder.useTransportSecurity().sslContext(tls.context())
                : builder.usePlaintext();
    }
}
