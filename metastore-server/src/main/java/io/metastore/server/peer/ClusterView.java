package io.metastore.server.peer;

import io.metastore.api.peer.MembersResponse;

/** What the peer port asks of the cluster's state: who was removed, and who belongs to it. Any thread. */
public interface ClusterView {

    boolean wasRemoved(long member);

    MembersResponse members();
}
