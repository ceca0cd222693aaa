package io.metastore.server.door;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator of connections that were closed before they said anything: a line a second at most, since anybody can
 * make them (etcd: server/embed/config_logging.go).
 */
public final class RejectedConnections {
    private static final Logger LOG = LoggerFactory.getLogger(RejectedConnections.class);
    private static final long PAUSE_NANOS = 1_000_000_000L;

    private final AtomicLong nextNanos = new AtomicLong(System.nanoTime());
    private final LongAdder untold = new LongAdder();

    private final String endpoint;

    /** Of connections to the {@code client} or to the {@code peer} endpoint. */
    public RejectedConnections(String endpoint) {
        this.endpoint = endpoint;
    }

    void rejected(Channel channel, @Nullable SslHandler handler, String why) {
        long now = System.nanoTime();
        long next = nextNanos.get();
        if (now - next < 0 || !nextNanos.compareAndSet(next, now + PAUSE_NANOS)) {
            untold.increment();
            return;
        }
        LOG.warn(
                "rejected connection on {} endpoint remote-addr={} server-name={} error={} not-told-before={}",
                endpoint,
                channel.remoteAddress(),
                serverName(handler),
                why,
                untold.sumThenReset());
    }

    private static String serverName(@Nullable SslHandler handler) {
        SSLSession session = handler == null ? null : handler.engine().getHandshakeSession();
        if (session instanceof ExtendedSSLSession extended) {
            try {
                return extended.getRequestedServerNames().toString();
            } catch (UnsupportedOperationException notTold) {
                return "";
            }
        }
        return "";
    }
}
