package io.metastore.storage.mvcc;

/** History was asked for below the compact revision. It is an answer, not a fault, so it carries no stack trace. */
public final class CompactedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final long compactRevision;

    public CompactedException(long compactRevision) {
        super("compacted up to " + compactRevision, null, false, false);
        this.compactRevision = compactRevision;
    }

    public long compactRevision() {
        return compactRevision;
    }
}
