package io.metastore.raft;

import com.alipay.sofa.jraft.option.NodeOptions;

/** jraft's options of one member, with the transport of that member: jraft knows one RPC factory for the whole JVM. */
final class MemberNodeOptions extends NodeOptions {

    private final PeerAddress self;
    private final PeerTransport transport;

    MemberNodeOptions(PeerAddress self, PeerTransport transport) {
        this.self = self;
        this.transport = transport;
    }

    PeerAddress self() {
        return self;
    }

    PeerTransport transport() {
        return transport;
    }
}
