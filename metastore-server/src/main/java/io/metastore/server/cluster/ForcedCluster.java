package io.metastore.server.cluster;

import io.metastore.raft.RaftConfig;
import io.metastore.raft.RaftStartException;
import io.metastore.raft.ReplicatedStateMachine;
import io.metastore.raft.SoleVoter;
import io.metastore.server.data.StartException;
import io.metastore.storage.cluster.MemberStore;
import io.metastore.storage.state.Command;
import io.metastore.storage.state.CommandCodec;
import java.nio.ByteBuffer;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member goes on alone with all that it has, because the others will not come back: raft's configuration and the member list
 * end with it, and the others count as removed (etcd: server/etcdserver/bootstrap.go, ForceNewCluster).
 */
public final class ForcedCluster {
    private static final Logger LOG = LoggerFactory.getLogger(ForcedCluster.class);

    private ForcedCluster() {}

    /**
     * Writes it into the log, before raft starts.
     *
     * @throws StartException if this member was removed from the cluster
     * @throws RaftStartException if its files are damaged, or hold nothing to go on from
     */
    public static void force(RaftConfig raft, MemberStore members, ReplicatedStateMachine machine)
            throws StartException, RaftStartException {
        long self = raft.memberId();
        if (members.wasRemoved(self)) {
            throw new StartException("cannot force a new cluster: this member was removed from its own");
        }
        byte[] entry = CommandCodec.encode(self, 0, List.of(new Command.KeepOnlyMember(self)));
        SoleVoter.force(raft, machine, ByteBuffer.wrap(entry));
        LOG.warn(
                "forced a new cluster of this member alone: another member that still runs must be stopped, and its data"
                        + " removed member={}",
                Long.toHexString(self));
    }
}
