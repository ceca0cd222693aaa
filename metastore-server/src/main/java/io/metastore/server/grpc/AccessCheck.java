package io.metastore.server.grpc;

import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.metastore.api.EtcdException;

/**
 * Enforces {@link AccessRule}s that are about the method alone, and hands the credentials on to services that ask for more.
 */
final class AccessCheck implements ServerInterceptor {
    private final Access access;
    private final boolean callsOn;

    /**
     * @param callsOn whether the service calls others in the caller's name, which may be long after it was called
     */
    AccessCheck(Access access, boolean callsOn) {
        this.access = access;
        this.callsOn = callsOn;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        MethodDescriptor<Q, R> method = call.getMethodDescriptor();
        boolean isShort = method.getType() == MethodDescriptor.MethodType.UNARY && !callsOn;
        if (isShort && !access.state().enabled()) {
            return next.startCall(call, headers);
        }
        // What takes longer may outlive the moment that auth is off.
        Credentials credentials = Credentials.of(call, headers);
        try {
            check(AccessRule.of(method.getFullMethodName()), credentials);
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
