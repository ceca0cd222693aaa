package io.metastore.storage.backup;

import java.io.IOException;

/** A snapshot that is a whole database file, but not one that an etcd has written. */
public final class DamagedSnapshotException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedSnapshotException(String message) {
        super(message);
    }

    DamagedSnapshotException(String message, Throwable cause) {
        super(message, cause);
    }
}
