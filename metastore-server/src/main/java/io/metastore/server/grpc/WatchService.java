package io.metastore.server.grpc;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.WatchGrpc;
import io.metastore.api.rpc.WatchRequest;
import io.metastore.server.replication.LoopContext;
import io.metastore.storage.watch.WatchHub;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** etcdserverpb.Watch: one {@link WatchStream} per call, on the event loop of its connection. */
public final class WatchService implements AutoCloseable {
    /** Written by hand: header, then what the hub made, with the events' bytes shared by all who get them. */
    static final MethodDescriptor<WatchRequest, Reply> WATCH = WatchGrpc.getWatchMethod().toBuilder(
                    WatchGrpc.getWatchMethod().getRequestMarshaller(), Reply.MARSHALLER)
            .build();

    private final Parts parts;
    private final Set<WatchStream> streams = ConcurrentHashMap.newKeySet();

    /**
     * What the service is made of.
     *
     * @param shared the lane of calls that have no event loop; must run its tasks one after another
     * @param progressInterval how often quiet watches that asked for it are told the revision
     * @param maxMessageBytes largest request; also where responses are split for watches that asked for it
     * @param audit null if there is none
     */
    public record Parts(
            WatchHub hub,
            Headers headers,
            WatchAccess access,
            LeaderMonitor leader,
            BooleanSupplier learner,
            LoopContext shared,
            ScheduledExecutorService timer,
            Duration progressInterval,
            int maxMessageBytes,
            @Nullable Auditor audit) {}

    public WatchService(Parts parts) {
        this.parts = parts;
    }

    public ServerServiceDefinition definition() {
        ServiceDescriptor service = ServiceDescriptor.newBuilder(WatchGrpc.SERVICE_NAME)
                .setSchemaDescriptor(WatchGrpc.getServiceDescriptor().getSchemaDescriptor())
                .addMethod(WATCH)
                .build();
        return ServerServiceDefinition.builder(service)
                .addMethod(WATCH, this::watch)
                .build();
    }

    private ServerCall.Listener<WatchRequest> watch(ServerCall<WatchRequest, Reply> call, Metadata metadata) {
        Auditor auditor = parts.audit();
        WatchAudit audit = auditor == null ? null : new WatchAudit(auditor, call, metadata);
        if (parts.learner().getAsBoolean()) {
            return refuse(call, EtcdError.NOT_SUPPORTED_FOR_LEARNER, audit);
        }
        boolean needsLeader = "true".equals(metadata.get(UnaryCalls.HAS_LEADER));
        if (needsLeader && !parts.leader().leaderKnown()) {
            return refuse(call, EtcdError.NO_LEADER, audit);
        }
        LoopContext loop = LoopContext.current();
        WatchStream stream = new WatchStream(
                parts,
                call,
                loop == null ? parts.shared() : loop,
                parts.access().guard(call, metadata),
                audit,
                streams::remove);
        streams.add(stream);
        stream.open(needsLeader);
        return stream;
    }

    private static ServerCall.Listener<WatchRequest> refuse(
            ServerCall<WatchRequest, Reply> call, EtcdError why, @Nullable WatchAudit audit) {
        call.close(why.status(), new Metadata());
        if (audit != null) {
            audit.closed(why.status().getCode());
        }
        return new ServerCall.Listener<>() {};
    }

    /** Any thread: permissions have changed, so watches that they no longer allow end. */
    public void recheck() {
        streams.forEach(WatchStream::recheck);
    }

    /** Ends all streams as a server does that goes away: clients resume elsewhere. */
    @Override
    public void close() {
        streams.forEach(stream -> stream.end(EtcdError.STOPPED.status()));
    }
}
