package io.metastore.storage.bolt;

import java.util.function.Supplier;

/**
 * A bucket to be written.
 *
 * @param entries gives the same entries at each call
 */
public record BoltBucket(String name, Supplier<BoltEntries> entries) {}
