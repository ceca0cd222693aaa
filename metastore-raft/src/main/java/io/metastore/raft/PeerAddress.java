package io.metastore.raft;

/** Where the other members reach a member. */
public record PeerAddress(long memberId, String host, int port) {

    public PeerAddress {
        if (memberId == 0 || host.isBlank() || port <= 0 || port > 0xffff) {
            throw new IllegalArgumentException("not an address of a member: %x %s:%d".formatted(memberId, host, port));
        }
    }

    @Override
    public String toString() {
        return "%x@%s:%d".formatted(memberId, host, port);
    }
}
