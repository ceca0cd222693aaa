package io.metastore.server.audit;

import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import io.grpc.Status;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrantResponse;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * What will be a line of the audit log: references to what the call has anyway. It is put together by whoever serves the call, and
 * made a line when the call ends; it ends once.
 */
public final class AuditRecord {
    private static final AtomicIntegerFieldUpdater<AuditRecord> ENDED =
            AtomicIntegerFieldUpdater.newUpdater(AuditRecord.class, "ended");

    private final AuditLog log;
    final String method;
    final Origin origin;
    final long startNanos;
    String user = "";
    String event = "";
    String reason = "";
    long watchId;

    @Nullable
    MessageLite request;

    long revision;

    /** The id of a lease that was asked for without one. */
    long grantedLease;

    int code;
    long endNanos;

    @SuppressWarnings("UnusedVariable") // read by its updater
    private volatile int ended;

    AuditRecord(AuditLog log, String method, Origin origin, long startNanos) {
        this.log = log;
        this.method = method;
        this.origin = origin;
        this.startNanos = startNanos;
    }

    public Origin origin() {
        return origin;
    }

    /** Something that happens within this call, beginning now: of the same client. */
    public AuditRecord part(String happening) {
        AuditRecord part = new AuditRecord(log, method, origin, System.nanoTime());
        part.user = user;
        part.event = happening;
        return part;
    }

    /** The part of a call that stays open: {@code open}, {@code create}, {@code cancel}, {@code close}. */
    public AuditRecord event(String happening) {
        event = happening;
        return this;
    }

    /** As whom the call was checked; empty for nobody. */
    public AuditRecord user(String name) {
        user = name;
        return this;
    }

    public boolean hasUser() {
        return !user.isEmpty();
    }

    /** What is asked for; of the messages of a call the first counts. */
    public AuditRecord request(MessageLite message) {
        if (request == null) {
            request = message;
        }
        return this;
    }

    /** The watch that this is about, and why it has ended where its client did not end it. */
    public AuditRecord watch(long id, @Nullable String why) {
        watchId = id;
        reason = why == null ? "" : why;
        return this;
    }

    /** The answer, for what only it knows: the revision in its header, the id of a new lease. */
    public AuditRecord answer(Message message) {
        revision = Revisions.of(message);
        if (message instanceof LeaseGrantResponse granted
                && request instanceof LeaseGrantRequest asked
                && asked.getID() == 0) {
            grantedLease = granted.getID();
        }
        return this;
    }

    public AuditRecord revision(long ofAnswer) {
        revision = ofAnswer;
        return this;
    }

    public @Nullable MessageLite request() {
        return request;
    }

    /** The call is over; what comes later does not count. Never waits. */
    public void end(Status.Code result) {
        if (ENDED.compareAndSet(this, 0, 1)) {
            code = result.value();
            endNanos = System.nanoTime();
            log.add(this);
        }
    }
}
