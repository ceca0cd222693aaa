package io.metastore.bench.compare;

import io.metastore.bench.arena.Arena;
import java.util.List;
import java.util.Set;

/** Rows that are measured on the same servers. */
interface RowGroup {
    List<String> ids();

    void run(Arena arena, CompareOptions options, Set<String> chosen, Report report);
}
