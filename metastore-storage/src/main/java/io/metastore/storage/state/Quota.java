package io.metastore.storage.state;

import io.metastore.storage.mvcc.DbSize;

/**
 * Is there space for a command? Any thread. It is asked twice, by the member that took the command only, as what it allows
 * is configuration: before proposing, where a no means an alarm and no proposal; and before applying, where the command is
 * executed all the same, but its client is told {@code NO_SPACE}.
 */
public final class Quota {
    private static final long DEFAULT_BYTES = 2L << 30;

    private final DbSize size;
    private final long bytes;

    /** @param configuredBytes as etcd's flag has it: 0 is 2 GiB, less is no limit */
    public Quota(DbSize size, long configuredBytes) {
        this.size = size;
        this.bytes = configuredBytes == 0 ? DEFAULT_BYTES : configuredBytes;
    }

    /** The limit in force; below 0 if there is none. */
    public long bytes() {
        return bytes;
    }

    public boolean hasSpaceFor(Command command) {
        return bytes < 0 || hasSpaceFor(command.spaceCost());
    }

    private boolean hasSpaceFor(long cost) {
        return cost == 0 || size.allocated() + cost < bytes;
    }
}
