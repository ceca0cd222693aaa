package io.metastore.raft;

import com.alipay.sofa.jraft.option.NodeOptions;

/** jraft's options of one member, with the transport of that member: jraft knows one RPC factory for the whole JVM. */
final class MemberNodeOptions extends NodeOptions {

    private final long self;
    private final PeerTransport transport;
    private final PeerProgress progress;
    private final PeerCallMeter meter;

    MemberNodeOptions(long self, PeerTransport transport, PeerProgress progress, PeerCallMeter meter) {
        this.self = self;
        this.transport = transport;
        this.progress = progress;
        this.meter = meter;
    }

    long self() {
        return self;
    }

    PeerProgress progress() {
        return progress;
    }

    PeerCallMeter meter() {
        return meter;
    }

    PeerTransport transport() {
        return transport;
    }
}
