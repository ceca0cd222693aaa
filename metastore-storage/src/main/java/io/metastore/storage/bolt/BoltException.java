package io.metastore.storage.bolt;

import java.io.IOException;

/** A file is no bbolt database, or a damaged one. */
public final class BoltException extends IOException {
    private static final long serialVersionUID = 1L;

    BoltException(String message) {
        super(message);
    }
}
