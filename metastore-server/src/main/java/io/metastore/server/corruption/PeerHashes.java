package io.metastore.server.corruption;

import com.google.protobuf.InvalidProtocolBufferException;
import io.metastore.api.EtcdException;
import io.metastore.api.peer.HashAnswer;
import io.metastore.api.peer.HashQuery;
import io.metastore.raft.PeerTransport;
import io.metastore.server.peer.PeerException;
import io.metastore.server.peer.PeerNetwork;
import io.metastore.storage.mvcc.KvHash;
import io.metastore.storage.state.StateMachine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Hashes of this member and of others (etcd: server/etcdserver/corrupt.go, getPeerHashKVs and hashKVHandler). Any thread; hashes
 * are made on the {@code admin} thread alone.
 */
public final class PeerHashes {
    private static final String HASH_KV = "HashKV";

    private final StateMachine state;
    private final PeerNetwork peers;
    private final Executor admin;
    private final Duration timeout;

    /**
     * Answers others from now on.
     *
     * @param admin may wait for the disk
     * @param timeout for an answer of another member
     */
    public PeerHashes(StateMachine state, PeerNetwork peers, Executor admin, Duration timeout) {
        this.state = state;
        this.peers = peers;
        this.admin = admin;
        this.timeout = timeout;
        peers.handle(HASH_KV, (from, body, reply) -> answer(body, reply));
    }

    /** Of this member; fails as {@link StateMachine#hashKv} does, or if too much is asked of the thread. */
    CompletableFuture<KvHash> here(long revision) {
        try {
            return CompletableFuture.supplyAsync(() -> state.hashKv(revision), admin);
        } catch (RejectedExecutionException full) {
            return CompletableFuture.failedFuture(full);
        }
    }

    /** Of others, all at a time; does not fail. */
    CompletableFuture<List<PeerHash>> of(Collection<Long> members, long revision) {
        byte[] query = HashQuery.newBuilder().setRevision(revision).build().toByteArray();
        List<CompletableFuture<PeerHash>> answers = new ArrayList<>();
        for (long member : members) {
            answers.add(peers.call(member, HASH_KV, query, timeout)
                    .thenApply(body -> read(member, body))
                    .exceptionally(failure -> silent(member, failure)));
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(all -> answers.stream().map(CompletableFuture::join).toList());
    }

    /** Waits until another is connected to, or cannot be for now. */
    void awaitConnection(long member) throws InterruptedException {
        try (PeerTransport.Client client = peers.connect(member)) {
            var unused = client.awaitReachable(member, timeout.toMillis());
        }
    }

    private static PeerHash read(long member, byte[] body) {
        try {
            HashAnswer answer = HashAnswer.parseFrom(body);
            return new PeerHash.Told(
                    member, answer.getHash(), answer.getCompactRevision(), answer.getCurrentRevision());
        } catch (InvalidProtocolBufferException malformed) {
            return new PeerHash.Silent(member, null, String.valueOf(malformed.getMessage()));
        }
    }

    private static PeerHash silent(long member, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return new PeerHash.Silent(
                member,
                cause instanceof PeerException known ? known.etcdError() : null,
                String.valueOf(cause.getMessage()));
    }

    private void answer(byte[] body, PeerTransport.Reply reply) {
        long revision;
        try {
            revision = HashQuery.parseFrom(body).getRevision();
        } catch (InvalidProtocolBufferException malformed) {
            reply.failed(malformed);
            return;
        }
        try {
            admin.execute(() -> hash(revision, reply));
        } catch (RejectedExecutionException full) {
            reply.failed(new PeerException(PeerException.Kind.BUSY, "too many requests"));
        }
    }

    private void hash(long revision, PeerTransport.Reply reply) {
        try {
            KvHash hash = state.hashKv(revision);
            reply.answered(HashAnswer.newBuilder()
                    .setHash(hash.hash())
                    .setCompactRevision(hash.compactRevision())
                    .setCurrentRevision(state.store().currentRevision())
                    .build()
                    .toByteArray());
        } catch (EtcdException known) {
            reply.failed(new PeerException(
                    PeerException.Kind.ETCD_ERROR, known.error().name()));
        } catch (RuntimeException failure) {
            reply.failed(failure);
        }
    }
}
