package io.metastore.bench.arena;

import java.nio.file.Path;

/**
 * How servers are started and reached.
 *
 * @param workDir on the disk to measure; what is written there is removed at the end
 * @param quotaBytes of each server's backend
 * @param connections of each load that {@link Arena#loads} makes
 */
public record ArenaOptions(Path workDir, long quotaBytes, int connections) {}
