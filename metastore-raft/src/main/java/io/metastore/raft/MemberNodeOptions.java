package io.metastore.raft;

import com.alipay.sofa.jraft.option.NodeOptions;

/** jraft's options of one member, with the transport of that member: jraft knows one RPC factory for the whole JVM. */
final class MemberNodeOptions extends NodeOptions {

    private final long self;
    private final PeerTransport transport;
    private final PeerProgress progress;

    MemberNodeOptions(long self, PeerTransport transport, PeerProgress progress) {
        this.self = self;
        this.transport = transport;
        this.progress = progress;
    }

    long self() {
        return self;
    }

    PeerProgress progress() {
        return progress;
    }

    PeerTransport transport() {
        return transport;
    }
}
