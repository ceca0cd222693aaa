package io.metastore.server.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.server.audit.AuditRecord;
import io.metastore.storage.watch.WatchReply;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/**
 * What a watch stream tells the audit log: each watch when it is answered that it was created, refused or has ended, and the
 * end of the stream, with which all its watches end. Belongs to the stream's lane.
 */
final class WatchAudit {
    private final Auditor auditor;
    private final Credentials credentials;
    private final AuditRecord stream;
    private final Queue<AuditRecord> asked = new ArrayDeque<>();
    private final Map<Long, AuditRecord> watches = new HashMap<>();

    WatchAudit(Auditor auditor, ServerCall<?, ?> call, Metadata headers) {
        this.auditor = auditor;
        this.credentials = Credentials.of(call, headers);
        this.stream = auditor.begin(call, headers).event("close");
        auditor.identify(stream, credentials);
    }

    /** As whom the client counts may have changed since the stream began. */
    void asked(WatchCreateRequest request) {
        AuditRecord create = stream.part("create").request(request);
        auditor.identify(create, credentials);
        asked.add(create);
    }

    /** Requests are answered in their order. */
    void answered(WatchReply reply) {
        if (reply.isCreated()) {
            AuditRecord create = asked.poll();
            if (create != null) {
                if (!reply.isCanceled() && create.request() instanceof WatchCreateRequest request) {
                    watches.put(reply.watchId(), create.part("cancel").request(request));
                }
                end(create, reply);
            }
        } else if (reply.isCanceled()) {
            AuditRecord cancel = watches.remove(reply.watchId());
            if (cancel != null) {
                end(cancel, reply);
            }
        }
    }

    private static void end(AuditRecord record, WatchReply reply) {
        String reason = reply.cancelReason();
        record.watch(reply.watchId(), reason)
                .revision(reply.headerRevision())
                .end(reason == null ? Status.Code.OK : Status.Code.CANCELLED);
    }

    /** The first of what ends it counts. What was asked for and not yet answered ends with it. */
    void closed(Status.Code code) {
        asked.forEach(create -> create.end(code));
        asked.clear();
        stream.end(code);
    }
}
