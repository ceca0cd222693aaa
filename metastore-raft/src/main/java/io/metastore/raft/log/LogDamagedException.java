package io.metastore.raft.log;

import java.io.IOException;
import java.nio.file.Path;

/** What was once durable in the log is gone or changed; opening it would lose acknowledged writes without a word. */
public final class LogDamagedException extends IOException {

    private static final long serialVersionUID = 1L;

    LogDamagedException(String message) {
        super(message);
    }

    LogDamagedException(Path file, long offset, String what) {
        super("raft log is damaged: %s at offset %d: %s".formatted(file, offset, what));
    }
}
