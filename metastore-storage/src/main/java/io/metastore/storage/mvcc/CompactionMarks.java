package io.metastore.storage.mvcc;

import io.metastore.storage.engine.EngineReader;

/**
 * Where compaction stands.
 *
 * @param scheduled oldest revision that can be read; -1 if there never was a compaction
 * @param finished up to where erasing is complete; -1 if it never was
 */
public record CompactionMarks(long scheduled, long finished) {
    public static final CompactionMarks NONE = new CompactionMarks(-1, -1);

    public static CompactionMarks read(EngineReader engine) {
        return new CompactionMarks(
                Meta.SCHEDULED_COMPACTION.read(engine, -1)[0],
                Meta.FINISHED_COMPACTION.read(engine, -1)[0]);
    }
}
