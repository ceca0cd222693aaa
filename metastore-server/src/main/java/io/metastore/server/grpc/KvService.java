package io.metastore.server.grpc;

import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.metastore.api.EtcdError;
import io.metastore.api.EtcdException;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.server.audit.Origin;
import io.metastore.server.grpc.UnaryCalls.Answer;
import io.metastore.server.replication.OutcomeListener;
import io.metastore.server.replication.ReadGate;
import io.metastore.server.replication.Replicator;
import io.metastore.server.traffic.Traffic;
import io.metastore.storage.auth.AuthState;
import io.metastore.storage.cluster.AlarmStore;
import io.metastore.storage.mvcc.Key;
import io.metastore.storage.mvcc.MvccStore;
import io.metastore.storage.state.Command;
import io.metastore.storage.state.CommandAccess;
import io.metastore.storage.state.Outcome;
import io.metastore.storage.state.StateMachine;
import io.metastore.storage.state.TxnChecks;
import io.metastore.storage.state.TxnKind;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * etcdserverpb.KV. Runs on the event loop of the call.
 *
 * <p>Checks are made in etcd's order: quota, shape, then agreement or the read gate (etcd: v3_server.go, v3rpc/key.go).
 */
public final class KvService {
    private final MvccStore store;
    private final AlarmStore alarms;
    private final Replicator replicator;
    private final ReadGate gate;
    private final Headers headers;
    private final SpaceAlarm space;
    private final Access access;
    private final int maxTxnOps;
    private final UnaryCalls calls;
    private final ReadCalls reads;
    private final RangeStreamCalls streams;
    private final @Nullable Traffic traffic;

    KvService(
            StateMachine state,
            Replicator replicator,
            ReadGate gate,
            Headers headers,
            SpaceAlarm space,
            Access access,
            int maxTxnOps,
            UnaryCalls calls,
            ReadCalls reads,
            RangeStreamCalls streams,
            @Nullable Traffic traffic) {
        this.traffic = traffic;
        this.store = state.store();
        this.replicator = replicator;
        this.gate = gate;
        this.headers = headers;
        this.space = space;
        this.access = access;
        this.alarms = state.alarms();
        this.maxTxnOps = maxTxnOps;
        this.calls = calls;
        this.reads = reads;
        this.streams = streams;
    }

    ServerServiceDefinition definition() {
        MethodDescriptor<Request<RangeRequest>, Reply> range =
                replying(KVGrpc.getRangeMethod(), RangeRequest.getDefaultInstance());
        MethodDescriptor<Request<PutRequest>, Reply> put =
                replying(KVGrpc.getPutMethod(), PutRequest.getDefaultInstance());
        MethodDescriptor<Request<DeleteRangeRequest>, Reply> delete =
                replying(KVGrpc.getDeleteRangeMethod(), DeleteRangeRequest.getDefaultInstance());
        MethodDescriptor<Request<TxnRequest>, Reply> txn =
                replying(KVGrpc.getTxnMethod(), TxnRequest.getDefaultInstance());
        MethodDescriptor<Request<CompactionRequest>, Reply> compact =
                replying(KVGrpc.getCompactMethod(), CompactionRequest.getDefaultInstance());
        MethodDescriptor<RangeRequest, Reply> stream = RangeStreamCalls.DESCRIPTOR;
        ServiceDescriptor service = ServiceDescriptor.newBuilder(KVGrpc.SERVICE_NAME)
                .setSchemaDescriptor(KVGrpc.getServiceDescriptor().getSchemaDescriptor())
                .addMethod(range)
                .addMethod(put)
                .addMethod(delete)
                .addMethod(txn)
                .addMethod(compact)
                .addMethod(stream)
                .build();
        return ServerServiceDefinition.builder(service)
                .addMethod(range, calls.handler(range, this::range))
                .addMethod(put, calls.handler(put, this::put))
                .addMethod(delete, calls.handler(delete, this::deleteRange))
                .addMethod(txn, calls.handler(txn, this::txn))
                .addMethod(compact, calls.handler(compact, this::compact))
                .addMethod(stream, streams.handler())
                .build();
    }

    private static <Q extends MessageLite> MethodDescriptor<Request<Q>, Reply> replying(
            MethodDescriptor<Q, ?> method, Q prototype) {
        return method.toBuilder(Request.marshaller(prototype), Reply.MARSHALLER).build();
    }

    private void range(RangeRequest request, Answer answer) {
        if (traffic != null && traffic.isDue()) {
            traffic.range(request, callerOf(answer));
        }
        TxnChecks.check(request);
        reads.range(request, answer);
    }

    private void submit(Command command, Answer answer) {
        AuthState auth = access.state();
        if (auth.enabled()) {
            submitAsked(auth, command, answer);
        } else {
            replicator.submit(command, new Replying(answer));
        }
    }

    /**
     * Who may not do it is checked when the command is applied, as all members do. Here only so that what is sure to be
     * refused takes no place in the log: sure is what is refused with all that was agreed before it came.
     */
    private void submitAsked(AuthState auth, Command command, Answer answer) {
        Command.Asked asked = new Command.Asked(answer.caller(access, auth), command);
        if (refusal(auth, asked) == null || replicator.isTooLarge(asked)) {
            replicator.submit(asked, new Replying(answer));
            return;
        }
        gate.linearizable(
                () -> {
                    try {
                        AuthState now = access.state();
                        Command again = access.asked(answer.credentials(), command);
                        EtcdError refusal = again instanceof Command.Asked known ? refusal(now, known) : null;
                        if (refusal == null || alarms.anyActive()) {
                            // An alarm comes before any permission.
                            replicator.submit(again, new Replying(answer));
                        } else {
                            answer.fail(refusal.exception());
                        }
                    } catch (RuntimeException failure) {
                        answer.fail(failure);
                    }
                },
                answer::fail);
    }

    private static @Nullable EtcdError refusal(AuthState auth, Command.Asked asked) {
        return new CommandAccess(auth, asked.caller(), KvService::notRead).refusalOfAsked(asked.command());
    }

    /** What is attached to a lease is looked at when the command is applied: here it might have to be read from disk. */
    private static List<Key> notRead(long lease) {
        return List.of();
    }

    private void put(PutRequest request, Answer answer) {
        if (traffic != null && traffic.isDue()) {
            traffic.put(request, callerOf(answer));
        }
        Command command = new Command.Put(request);
        if (!space.fits(command)) {
            refuseForSpace(answer);
            return;
        }
        TxnChecks.check(request);
        submit(command, answer);
    }

    /** The client hears of it when the alarm is agreed, so that who asks next finds it. */
    private void refuseForSpace(Answer answer) {
        space.raise().whenComplete((agreed, failure) -> answer.fail(EtcdError.NO_SPACE.exception()));
    }

    private void deleteRange(DeleteRangeRequest request, Answer answer) {
        if (traffic != null && traffic.isDue()) {
            traffic.deleteRange(request, callerOf(answer));
        }
        TxnChecks.check(request);
        submit(new Command.DeleteRange(request), answer);
    }

    private void txn(TxnRequest request, Answer answer) {
        if (traffic != null && traffic.isDue()) {
            traffic.txn(request, callerOf(answer));
        }
        Command command = new Command.Txn(request);
        if (!space.fits(command)) {
            refuseForSpace(answer);
            return;
        }
        TxnChecks.check(request, maxTxnOps);
        if (!TxnKind.isReadOnly(request)) {
            submit(command, answer);
            return;
        }
        reads.txn(request, answer);
    }

    private void compact(CompactionRequest request, Answer answer) {
        Command command = new Command.Compact(request);
        AuthState auth = access.state();
        if (auth.enabled()) {
            var unused = answer.caller(access, auth);
            access.requireAdmin(answer.credentials());
            command = access.asked(answer.credentials(), command);
        }
        replicator.submit(command, new OutcomeListener() {
            @Override
            public void applied(Outcome outcome) {
                if (outcome instanceof Outcome.Applied applied && request.getPhysical()) {
                    CompletableFuture<Void> erased = store.compactor().erased(request.getRevision());
                    erased.whenComplete((done, failure) -> {
                        if (failure != null) {
                            answer.fail(failure);
                        } else {
                            answer.reply(reply(applied));
                        }
                    });
                    return;
                }
                new Replying(answer).applied(outcome);
            }

            @Override
            public void failed(Throwable why) {
                answer.fail(why);
            }
        });
    }

    /** For a request that is looked at. */
    private Traffic.Caller callerOf(Answer answer) {
        return new Traffic.Caller() {
            @Override
            public Origin origin() {
                return answer.origin();
            }

            @Override
            public String user() {
                try {
                    return access.callerOf(answer.credentials()).user();
                } catch (EtcdException badToken) {
                    return "";
                }
            }
        };
    }

    private Reply reply(Outcome.Applied applied) {
        return Reply.at(applied.revision(), headers, applied.body());
    }

    /** Answers a call with the outcome of its command. */
    private final class Replying implements OutcomeListener {
        private final Answer answer;

        Replying(Answer answer) {
            this.answer = answer;
        }

        @Override
        public void applied(Outcome outcome) {
            if (outcome instanceof Outcome.Applied applied) {
                answer.reply(reply(applied));
            } else if (outcome instanceof Outcome.Rejected rejected) {
                answer.fail(new EtcdException(rejected.error()));
            }
        }

        @Override
        public void failed(Throwable why) {
            answer.fail(why);
        }
    }
}
