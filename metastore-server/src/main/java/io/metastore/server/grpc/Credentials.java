package io.metastore.server.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.List;

/**
 * What a client identified itself with, kept for services that call on in its name: such a call is to be allowed what the
 * client is allowed, and nothing else.
 */
final class Credentials implements ServerInterceptor {
    /** Where clients put their token, and where the gateway does (etcd: rpctypes/metadatafields.go). */
    static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private static final List<Metadata.Key<String>> KEPT = List.of(TOKEN, AUTHORIZATION);
    private static final Context.Key<Metadata> CURRENT =
            Context.keyWithDefault("metastore-credentials", new Metadata());

    /** Of the call that the current thread has just taken in. */
    static Metadata current() {
        return CURRENT.get();
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        Metadata kept = new Metadata();
        for (Metadata.Key<String> key : KEPT) {
            String value = headers.get(key);
            if (value != null) {
                kept.put(key, value);
            }
        }
        return Contexts.interceptCall(Context.current().withValue(CURRENT, kept), call, headers, next);
    }
}
