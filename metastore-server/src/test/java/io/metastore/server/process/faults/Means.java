package io.metastore.server.process.faults;

import io.metastore.server.process.Binaries;
import io.metastore.server.process.LoopDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What faults take of the machine. */
enum Means {
    NONE,
    /** A disk for each member: {@link LoopDisk}. */
    DISKS,
    /** A library loaded before all others: {@link Preload}. */
    PRELOAD;

    /**
     * The kinds of faults that can be injected here. Tries what they need, in the directory; says what is left out and why, or
     * fails if METASTORE_REQUIRE_FAULTS=1.
     */
    static Set<FaultKind> possible(Path directory) {
        Set<FaultKind> possible = EnumSet.allOf(FaultKind.class);
        for (Means means : values()) {
            means.missing(directory).ifPresent(reason -> {
                List<FaultKind> left =
                        possible.stream().filter(kind -> kind.means() == means).toList();
                if (Binaries.areFaultsRequired()) {
                    throw new AssertionError("%s cannot be injected: %s".formatted(left, reason));
                }
                System.out.printf("skipped: %s: %s%n", left, reason);
                possible.removeAll(left);
            });
        }
        return possible;
    }

    /** Does one of these steps need it? */
    boolean areNeededFor(Collection<FaultStep> steps) {
        return steps.stream().anyMatch(step -> step.kind().means() == this);
    }

    private Optional<String> missing(Path directory) {
        return switch (this) {
            case NONE -> Optional.empty();
            case DISKS -> LoopDisk.missing().or(() -> tried(directory));
            case PRELOAD -> Preload.missing();
        };
    }

    private static Optional<String> tried(Path directory) {
        Path image = directory.resolve("trial.img");
        Path mountPoint = directory.resolve("trial");
        try {
            LoopDisk.create(image, mountPoint).close();
            return Optional.empty();
        } catch (IOException | UncheckedIOException e) {
            return Optional.of("no loop devices: " + e.getMessage());
        } finally {
            image.toFile().delete();
            mountPoint.toFile().delete();
        }
    }
}
