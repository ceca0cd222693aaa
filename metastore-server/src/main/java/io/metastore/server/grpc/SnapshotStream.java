package io.metastore.server.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.ServerCallStreamObserver;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.SnapshotResponse;
import io.metastore.storage.backup.Backup;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call of Maintenance.Snapshot: the database file in parts, then the SHA-256 of it as a part of its own, no faster than the
 * client takes them (etcd: v3rpc/maintenance.go).
 *
 * <p>A step on the admin thread sends what the transport has room for and ends; the transport asks for the next. So a client that
 * does not read holds neither the thread nor memory, but for what has been made for it already.
 */
final class SnapshotStream {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotStream.class);

    /** As etcd (v3rpc/maintenance.go, snapshotSendBufferSize). */
    private static final int PART_BYTES = 32 << 10;
    /** What may wait for the transport. */
    private static final int READY_BYTES = 1 << 20;
    /** Parts after which others get their turn on the admin thread. */
    private static final int PARTS_A_STEP = 256;

    private final Supplier<Backup> source;
    private final String version;
    private final Executor admin;
    private final ServerCallStreamObserver<SnapshotResponse> client;
    private final MessageDigest digest;

    // Owned by the step under way.
    private @Nullable Backup backup;
    private long left;
    private long startedNanos;

    // Guarded by this.
    private boolean stepping;
    private boolean finished;
    private boolean released;

    /** @param version the storage schema that the database is said to follow */
    SnapshotStream(
            Supplier<Backup> source,
            String version,
            Executor admin,
            ServerCallStreamObserver<SnapshotResponse> client) {
        this.source = source;
        this.version = version;
        this.admin = admin;
        this.client = client;
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJreHasIt) {
            throw new IllegalStateException(everyJreHasIt);
        }
    }

    /** On the call's own thread, before its first message. */
    void start() {
        client.setOnReadyThreshold(READY_BYTES);
        client.setOnReadyHandler(this::goOn);
        client.setOnCancelHandler(this::cancelled);
        goOn();
    }

    private void goOn() {
        synchronized (this) {
            if (stepping || finished) {
                return;
            }
            stepping = true;
        }
        try {
            admin.execute(this::step);
        } catch (RejectedExecutionException full) {
            end(EtcdError.TOO_MANY_REQUESTS.exception());
        }
    }

    private void cancelled() {
        boolean isIdle;
        synchronized (this) {
            finished = true;
            isIdle = !stepping;
        }
        if (isIdle) {
            release();
        }
    }

    private void step() {
        try {
            Backup open = backup;
            if (open == null) {
                open = begin();
            }
            if (send(open)) {
                end(null);
                return;
            }
            open.pause();
        } catch (RuntimeException failure) {
            end(failure);
            return;
        }
        boolean isCancelled;
        synchronized (this) {
            stepping = false;
            isCancelled = finished;
        }
        if (isCancelled) {
            release();
        } else if (client.isReady()) {
            goOn(); // it became ready while we were at it, or others had their turn
        }
    }

    private Backup begin() {
        startedNanos = System.nanoTime();
        Backup opened = source.get();
        backup = opened;
        left = opened.totalBytes();
        LOG.info("sending database snapshot to client bytes={} storageVersion={}", left, version);
        return opened;
    }

    /** Sends parts while the transport takes them; true when all is sent. */
    private boolean send(Backup open) {
        for (int part = 0; part < PARTS_A_STEP && left > 0; part++) {
            if (client.isCancelled() || !client.isReady()) {
                return false;
            }
            byte[] blob = new byte[(int) Math.min(left, PART_BYTES)];
            int bytes = open.read(blob);
            if (bytes != blob.length) {
                throw new IllegalStateException("the snapshot ends %d bytes before its end".formatted(left - bytes));
            }
            digest.update(blob);
            left -= bytes;
            client.onNext(response(UnsafeByteOperations.unsafeWrap(blob)));
        }
        return left == 0;
    }

    private SnapshotResponse response(ByteString blob) {
        return SnapshotResponse.newBuilder()
                .setRemainingBytes(left)
                .setBlob(blob)
                .setVersion(version)
                .build();
    }

    /** @param failure null if all is sent but the checksum */
    private void end(@Nullable RuntimeException failure) {
        boolean isCancelled;
        synchronized (this) {
            isCancelled = finished;
            finished = true;
            stepping = false;
        }
        Backup sent = backup;
        long bytes = sent == null ? 0 : sent.totalBytes();
        release();
        if (isCancelled) {
            return;
        }
        if (failure != null) {
            LOG.warn("snapshot not sent", failure);
            client.onError(Replies.statusOf(failure).asRuntimeException());
            return;
        }
        client.onNext(response(ByteString.copyFrom(digest.digest())));
        client.onCompleted();
        LOG.info(
                "successfully sent database snapshot to client bytes={} tookMillis={}",
                bytes,
                (System.nanoTime() - startedNanos) / 1_000_000);
    }

    private void release() {
        synchronized (this) {
            if (released) {
                return;
            }
            released = true;
        }
        Backup open = backup;
        if (open != null) {
            open.close();
        }
    }
}
