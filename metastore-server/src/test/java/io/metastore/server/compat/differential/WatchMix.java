package io.metastore.server.compat.differential;

import java.util.ArrayList;
import java.util.List;

/** The watch streams that are open on both sides. */
final class WatchMix {

    private final List<StreamPair> streams = new ArrayList<>();

    List<StreamPair> streams() {
        return streams;
    }

    int liveWatches() {
        return streams.stream().mapToInt(StreamPair::live).sum();
    }

    /** The newest revision that a watch was asked to start from. */
    long latestStart() {
        return streams.stream().mapToLong(StreamPair::latestStart).max().orElse(0);
    }

    void barrier(long revision) {
        streams.forEach(stream -> stream.barrier(revision));
    }

    void check() {
        streams.forEach(StreamPair::check);
    }

    void abandon() {
        streams.forEach(StreamPair::abandon);
        streams.clear();
    }
}
