package io.metastore.server.process.history;

import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchResponse;
import java.util.List;

/**
 * One watch as its client saw it: what it asked for and all that it was told, the answer to the create first.
 *
 * @param mustReach the revision up to which everything must have come, 0 where the connection broke in between
 */
public record WatchRecord(WatchCreateRequest request, List<WatchResponse> responses, long mustReach) {

    public WatchRecord {
        responses = List.copyOf(responses);
    }
}
