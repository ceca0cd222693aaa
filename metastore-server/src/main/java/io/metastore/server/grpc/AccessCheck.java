package io.metastore.server.grpc;

import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.metastore.api.EtcdException;
import io.metastore.storage.auth.AuthState;

/**
 * Enforces {@link AccessRule}s that are about the method alone, and hands the credentials on to services that ask for more.
 */
final class AccessCheck implements ServerInterceptor {
    private final Access access;

    AccessCheck(Access access) {
        this.access = access;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        MethodDescriptor<Q, R> method = call.getMethodDescriptor();
        AccessRule rule = AccessRule.of(method.getFullMethodName());
        AuthState auth = access.state();
        // A stream may outlive the moment that auth is off.
        boolean isLong = method.getType() != MethodDescriptor.MethodType.UNARY || rule == AccessRule.INNER_CALLS;
        if (!auth.enabled() && !isLong) {
            return next.startCall(call, headers);
        }
        Credentials credentials = Credentials.of(call, headers);
        try {
            check(rule, credentials);
        } catch (EtcdException refusal) {
            call.close(refusal.error().status(), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        return Contexts.interceptCall(credentials.asCurrent(), call, headers, next);
    }

    private void check(AccessRule rule, Credentials credentials) {
        switch (rule) {
            case ADMIN -> access.requireAdmin(credentials);
            case USER, ALARM -> access.requireUser(credentials);
            case NO_BAD_TOKEN -> {
                var unused = access.callerOf(credentials);
            }
            case OPEN, KEYS, SELF, AUTH_CHANGE, INNER_CALLS -> {} // nothing to ask, or asked by the service
        }
    }
}
