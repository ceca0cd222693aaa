package io.metastore.server.grpc;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * What a client identified itself with: what it sent with its call, and how it is connected. Whose they are is found out
 * when it matters, which in a stream is again and again.
 */
final class Credentials {
    /** Where clients put their token, and where the gateway does (etcd: rpctypes/metadatafields.go). */
    static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    static final Credentials NONE = new Credentials(new Metadata(), Attributes.EMPTY);
    private static final Context.Key<Credentials> CURRENT = Context.keyWithDefault("metastore-credentials", NONE);
    private static final String BEARER = "Bearer ";

    private final Metadata headers;
    private final Attributes connection;

    private Credentials(Metadata headers, Attributes connection) {
        this.headers = headers;
        this.connection = connection;
    }

    static Credentials of(ServerCall<?, ?> call, Metadata headers) {
        return new Credentials(headers, call.getAttributes());
    }

    /** Of a request over HTTP: what its header of that name says. */
    static Credentials ofAuthorization(@Nullable String header) {
        Metadata headers = new Metadata();
        if (header != null) {
            headers.put(AUTHORIZATION, header);
        }
        return new Credentials(headers, Attributes.EMPTY);
    }

    /** Of the call that the current thread has just taken in; none where its service does not ask for them. */
    static Credentials current() {
        return CURRENT.get();
    }

    Context asCurrent() {
        return Context.current().withValue(CURRENT, this);
    }

    /** Null if there is none. */
    @Nullable
    String token() {
        String token = first(TOKEN);
        if (token == null) {
            token = first(AUTHORIZATION);
        }
        return token != null && token.startsWith(BEARER) ? token.substring(BEARER.length()) : token;
    }

    private @Nullable String first(Metadata.Key<String> key) {
        Iterable<String> all = headers.getAll(key);
        Iterator<String> each = all == null ? null : all.iterator();
        return each != null && each.hasNext() ? each.next() : null;
    }

    /** How the client is connected: a verified certificate would be found here. */
    Attributes connection() {
        return connection;
    }

    /** To be sent along where a service calls on in the client's name. */
    Metadata forwarded() {
        Metadata forwarded = new Metadata();
        String token = token();
        if (token != null) {
            forwarded.put(TOKEN, token);
        }
        return forwarded;
    }
}
