package io.metastore.storage.mvcc;

import java.util.List;

/**
 * How many keys and bytes prefixes hold at a revision.
 *
 * @param total of everything that was asked about
 * @param prefixes the largest in the order of their names; with a prefix all that it lies in are here too
 * @param missing how many keys a prefix may hold beyond those told, at most; 0 if every number of keys is exact. Of prefixes
 *     with so few keys, some may not be here
 * @param keysRead how many keys were looked at: bytes are an estimate by these
 */
public record PrefixReport(long revision, Prefix total, List<Prefix> prefixes, long missing, long keysRead) {

    public PrefixReport {
        prefixes = List.copyOf(prefixes);
    }

    /**
     * What begins with {@code name}.
     *
     * @param depth 0 for the total
     * @param bytes of the marshaled newest versions: keys, values, and what etcd keeps with them
     * @param bytesExact false if {@code bytes} is an estimate
     */
    public record Prefix(Key name, int depth, long keys, long bytes, boolean bytesExact) {}
}
