package io.metastore.server.cluster;

import io.metastore.server.Version;
import io.metastore.storage.cluster.MemberStore;
import io.metastore.storage.state.Command;
import io.metastore.storage.state.Outcome;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * On the leader: has the cluster agree on the version of its members, or on the older one that it is to go back to (etcd:
 * server/etcdserver/version/monitor.go). Its state is the maintenance thread's.
 */
public final class ClusterVersionKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterVersionKeeper.class);
    /** etcd's monitorVersionInterval. */
    public static final Duration INTERVAL = Duration.ofSeconds(4);

    private final MemberStore members;
    private final BooleanSupplier leads;
    private final Function<Command, CompletableFuture<Outcome>> submit;
    private CompletableFuture<Void> underWay = CompletableFuture.completedFuture(null);

    public ClusterVersionKeeper(
            MemberStore members, BooleanSupplier leads, Function<Command, CompletableFuture<Outcome>> submit) {
        this.members = members;
        this.leads = leads;
        this.submit = submit;
    }

    /** Proposes the version that is due, unless it is agreed on or on its way. Called again and again. */
    public void follow() {
        String agreed = members.clusterVersion();
        String target = members.downgradeTarget();
        String due = target.isEmpty() ? Version.CLUSTER : target;
        if (!leads.getAsBoolean() || !underWay.isDone() || agreed.isEmpty() || agreed.equals(due)) {
            return;
        }
        LOG.info("updating cluster version from={} to={}", agreed, due);
        underWay = submit.apply(new Command.SetClusterVersion(due)).handle((outcome, failure) -> {
            if (failure == null) {
                LOG.info("cluster version is updated cluster-version={}", due);
            } else {
                LOG.warn("failed to update cluster version reason={}", String.valueOf(failure.getMessage()));
            }
            return null;
        });
    }
}
