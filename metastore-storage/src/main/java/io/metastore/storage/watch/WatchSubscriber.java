package io.metastore.storage.watch;

import java.util.concurrent.Executor;

/** The wire side of one watch stream. All but {@link #lane()} is called on its lane only, and must not block. */
public interface WatchSubscriber {

    /**
     * The serial executor on which all work of the stream runs: the event loop of its connection. Streams that give the
     * same object share what is done for a batch.
     */
    Executor lane();

    /** May more be written without it being buffered? When this turns true {@link StreamWatches#drain()} is to be called. */
    boolean isReady();

    /** Only called while {@link #isReady()}. */
    void write(WatchReply reply);
}
