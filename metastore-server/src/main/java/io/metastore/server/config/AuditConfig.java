package io.metastore.server.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where who asked for what is written down.
 *
 * @param file the log; when it is full it is set aside under a name with the time
 * @param rotation when it is full, and how many that are full are kept
 */
public record AuditConfig(Path file, LogRotation rotation) {
    /** Empty if there is to be no audit log. */
    static Optional<AuditConfig> from(Options options, long maxMegabytes, int maxFiles, List<String> problems) {
        String file = options.get(Flag.AUDIT_LOG);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new AuditConfig(Path.of(file), new LogRotation(maxMegabytes << 20, 0, maxFiles, false, false)));
        } catch (InvalidPathException invalid) {
            problems.add("--audit-log: " + invalid.getMessage());
            return Optional.empty();
        }
    }
}
