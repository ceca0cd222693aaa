package io.metastore.server.corruption;

import io.metastore.server.data.StartException;
import io.metastore.storage.cluster.Member;
import io.metastore.storage.mvcc.KvHash;
import io.metastore.storage.state.StateMachine;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares what this member has on disk with what the others have, before it votes or serves (etcd:
 * server/etcdserver/corrupt.go, InitialCheck). Who does not answer, or no longer has that revision, does not count.
 */
public final class InitialCheck {
    private static final Logger LOG = LoggerFactory.getLogger(InitialCheck.class);

    private InitialCheck() {}

    /**
     * Waits for the others as long as a connection and their answers may take.
     *
     * @throws StartException if another has a different hash of the same revision under the same compact revision
     */
    public static void run(long self, StateMachine state, PeerHashes hashes)
            throws StartException, InterruptedException, ExecutionException {
        List<Long> others = state.members().members().stream()
                .map(Member::id)
                .filter(id -> id != self)
                .toList();
        if (others.isEmpty()) {
            return;
        }
        LOG.info("starting initial corruption check member={} others={}", Long.toHexString(self), others.size());
        for (long other : others) {
            hashes.awaitConnection(other);
        }
        KvHash mine = hashes.here(0).get();
        boolean same = true;
        for (PeerHash other : hashes.of(others, mine.hashRevision()).get()) {
            same &= agrees(mine, other);
        }
        if (!same) {
            throw new StartException("%x found data inconsistency with peers".formatted(self));
        }
        LOG.info("initial corruption checking passed; no corruption member={}", Long.toHexString(self));
    }

    private static boolean agrees(KvHash mine, PeerHash other) {
        if (!(other instanceof PeerHash.Told told)) {
            LOG.warn("cannot fetch hash from remote peer mine={} peer={}", mine, other);
            return true;
        }
        if (told.hash() == mine.hash()) {
            return true;
        }
        if (told.compactRevision() != mine.compactRevision()) {
            LOG.warn("found different compact revision values from remote peer mine={} peer={}", mine, told);
            return true;
        }
        LOG.warn("found different hash values from remote peer mine={} peer={}", mine, told);
        return false;
    }
}
