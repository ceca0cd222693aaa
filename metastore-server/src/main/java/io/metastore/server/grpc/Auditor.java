package io.metastore.server.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.metastore.api.EtcdException;
import io.metastore.server.audit.AuditLog;
import io.metastore.server.audit.AuditRecord;
import io.metastore.server.audit.Origin;

/** Begins the records of calls, and knows as whom they are checked. */
public final class Auditor {
    private final AuditLog log;
    private final Access access;

    public Auditor(AuditLog log, Access access) {
        this.log = log;
        this.access = access;
    }

    /** A call that begins now, of nobody as long as it is not known whose it is. */
    AuditRecord begin(ServerCall<?, ?> call, Metadata headers) {
        return log.begin(call.getMethodDescriptor().getFullMethodName(), Origin.of(call.getAttributes(), headers));
    }

    /** Sets the user that the credentials are of now: nobody while auth is off, or where the token is not valid. */
    void identify(AuditRecord record, Credentials credentials) {
        try {
            record.user(access.callerOf(credentials).user());
        } catch (EtcdException badToken) {
            record.user("");
        }
    }
}
