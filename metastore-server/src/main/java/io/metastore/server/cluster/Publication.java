package io.metastore.server.cluster;

import io.metastore.server.Version;
import io.metastore.server.data.StartException;
import io.metastore.storage.cluster.Member;
import io.metastore.storage.cluster.MemberStore;
import io.metastore.storage.state.Command;
import io.metastore.storage.state.Outcome;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the cluster agree on who its founders are, on this member's name and client URLs, and on the cluster version. Until that
 * is done a member serves nobody (etcd: server.go, publishV3). Blocks; each step may be done twice, so it is tried until it is
 * done.
 */
public final class Publication {
    private static final Logger LOG = LoggerFactory.getLogger(Publication.class);
    private static final long ATTEMPT_SECONDS = 30;
    private static final long PAUSE_MILLIS = 200;

    private final MemberStore members;
    private final Function<Command, CompletableFuture<Outcome>> submit;
    private final BooleanSupplier removed;

    /**
     * @param removed whether the others have removed this member, and will not listen to it any more
     */
    public Publication(
            MemberStore members, Function<Command, CompletableFuture<Outcome>> submit, BooleanSupplier removed) {
        this.members = members;
        this.submit = submit;
        this.removed = removed;
    }

    /**
     * Publishes.
     *
     * @throws StartException if this member was removed
     */
    public void publish(Member me, List<Member> founders) throws StartException, InterruptedException {
        if (members.members().isEmpty() && !founders.isEmpty()) {
            agree(new Command.FoundCluster(founders));
        }
        Member published = members.find(me.id())
                .map(known -> known.started(me.name(), me.clientUrls()))
                .orElse(me);
        if (!members.members().contains(published)) {
            agree(new Command.PublishMember(published));
        }
        if (members.clusterVersion().isEmpty()) {
            agree(new Command.SetClusterVersion(Version.CLUSTER));
        }
        LOG.info("published local member to cluster through raft member={}", Long.toHexString(me.id()));
    }

    private void agree(Command command) throws StartException, InterruptedException {
        while (true) {
            try {
                Outcome outcome = submit.apply(command).get(ATTEMPT_SECONDS, TimeUnit.SECONDS);
                if (outcome instanceof Outcome.Rejected rejected) {
                    throw new StartException(
                            "cannot publish this member: " + rejected.error().text());
                }
                return;
            } catch (ExecutionException | TimeoutException failure) {
                if (removed.getAsBoolean()) {
                    throw new StartException("the member has been permanently removed from the cluster", failure);
                }
                LOG.warn("cannot publish this member yet reason={}", String.valueOf(failure.getMessage()));
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        }
    }
}
