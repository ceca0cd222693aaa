package io.metastore.server.grpc;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.DeleteRangeResponse;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrantResponse;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.api.rpc.TxnResponse;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.storage.lease.Lease;
import java.util.concurrent.CompletableFuture;

/**
 * Calls that a service makes to this same member in the name of a client: with the client's credentials, and through every
 * check that the client's own calls go through. They are not bound to the call that caused them, which may be over while
 * something is still to be cleaned up.
 *
 * <p>A failure is what etcd's in-process client makes of it (etcd: etcdserver/api/v3client, client/v3 toErr).
 */
final class LocalClient {
    /** Of a lease that a lock or a candidate did not bring (etcd: client/v3/concurrency/session.go). */
    private static final long SESSION_TTL_SECONDS = 60;

    private final Channel channel;

    private LocalClient(Channel channel) {
        this.channel = channel;
    }

    /** A client with the credentials of the call that the current thread has just taken in. */
    static LocalClient ofCaller(Channel member) {
        Metadata headers = Credentials.current().forwarded();
        AuditedCalls.tellOrigin(headers);
        return new LocalClient(
                ClientInterceptors.intercept(member, MetadataUtils.newAttachHeadersInterceptor(headers)));
    }

    CompletableFuture<TxnResponse> txn(TxnRequest request) {
        return call(KVGrpc.getTxnMethod(), request);
    }

    CompletableFuture<RangeResponse> range(RangeRequest request) {
        return call(KVGrpc.getRangeMethod(), request);
    }

    CompletableFuture<DeleteRangeResponse> delete(ByteString key) {
        return call(
                KVGrpc.getDeleteRangeMethod(),
                DeleteRangeRequest.newBuilder().setKey(key).build());
    }

    /** The lease itself, or a new one where it is none. */
    CompletableFuture<Long> leaseOrNew(long lease) {
        return lease == Lease.NONE
                ? call(
                                LeaseGrpc.getLeaseGrantMethod(),
                                LeaseGrantRequest.newBuilder()
                                        .setTTL(SESSION_TTL_SECONDS)
                                        .build())
                        .thenApply(LeaseGrantResponse::getID)
                : CompletableFuture.completedFuture(lease);
    }

    /** Starts a watch; its listener is told everything, in order, and asks for each response. */
    LocalWatch watch(WatchCreateRequest request, LocalWatch.Listener listener) {
        return LocalWatch.open(channel, request, listener);
    }

    private <Q, R> CompletableFuture<R> call(MethodDescriptor<Q, R> method, Q request) {
        CompletableFuture<R> answer = new CompletableFuture<>();
        StreamObserver<R> observer = new StreamObserver<>() {
            @Override
            public void onNext(R response) {
                answer.complete(response);
            }

            @Override
            public void onError(Throwable failure) {
                answer.completeExceptionally(failureOf(Status.fromThrowable(failure)));
            }

            @Override
            public void onCompleted() {}
        };
        Context.ROOT.run(
                () -> ClientCalls.asyncUnaryCall(channel.newCall(method, CallOptions.DEFAULT), request, observer));
        return answer;
    }

    /** etcd's client knows an error by its text and forgets its code; what it doesn't know it passes on. */
    static StatusRuntimeException failureOf(Status status) {
        String text = status.getDescription();
        return text != null && text.startsWith("etcdserver: ")
                ? Status.UNKNOWN.withDescription(text).asRuntimeException()
                : status.asRuntimeException();
    }
}
