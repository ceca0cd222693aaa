package io.metastore.server.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchGrpc;
import io.metastore.api.rpc.WatchRequest;
import io.metastore.api.rpc.WatchResponse;

/**
 * One watch of a {@link LocalClient}. Responses come one at a time, each when the listener has asked for it: a listener
 * that cannot go on holds nothing but its place in history.
 */
final class LocalWatch extends ClientCall.Listener<WatchResponse> {
    private final ClientCall<WatchRequest, WatchResponse> call;
    private final Listener listener;

    /** Who watches. Called one call after another, on any thread. */
    interface Listener {
        /** Events have come; the next come after {@link LocalWatch#next}. */
        void events(WatchResponse response);

        /** The watch has ended, and not by {@link LocalWatch#close}. */
        void ended(StatusRuntimeException why);
    }

    private LocalWatch(ClientCall<WatchRequest, WatchResponse> call, Listener listener) {
        this.call = call;
        this.listener = listener;
    }

    static LocalWatch open(Channel channel, WatchCreateRequest request, Listener listener) {
        LocalWatch watch = new LocalWatch(channel.newCall(WatchGrpc.getWatchMethod(), CallOptions.DEFAULT), listener);
        Context.ROOT.run(() -> {
            watch.call.start(watch, new Metadata());
            watch.call.sendMessage(
                    WatchRequest.newBuilder().setCreateRequest(request).build());
            watch.call.request(1);
        });
        return watch;
    }

    void next() {
        call.request(1);
    }

    void close() {
        call.cancel("no longer watched", null);
    }

    @Override
    public void onMessage(WatchResponse response) {
        if (response.getCanceled()) {
            listener.ended(reasonOf(response));
            close();
        } else if (response.getEventsCount() == 0) {
            next();
        } else {
            listener.events(response);
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        if (status.getCode() != Status.Code.CANCELLED) {
            listener.ended(LocalClient.failureOf(status.isOk() ? EtcdError.LOST_DELETE_WATCHER.status() : status));
        }
    }

    /** As etcd's client understands it (etcd: client/v3/watch.go, WatchResponse.Err). */
    private static StatusRuntimeException reasonOf(WatchResponse response) {
        Status status = response.getCompactRevision() != 0
                ? EtcdError.COMPACTED.status()
                : Status.FAILED_PRECONDITION.withDescription(response.getCancelReason());
        return LocalClient.failureOf(status);
    }
}
