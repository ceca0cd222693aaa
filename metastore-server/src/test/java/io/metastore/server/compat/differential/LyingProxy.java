package io.metastore.server.compat.differential;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.metastore.api.rpc.ClusterGrpc;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.WatchGrpc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Passes every call on to a server, and what it answers back; but changes one in so many of the answers that fit a lie. */
final class LyingProxy implements AutoCloseable {

    private static final List<ServiceDescriptor> SERVICES = List.of(
            KVGrpc.getServiceDescriptor(),
            WatchGrpc.getServiceDescriptor(),
            LeaseGrpc.getServiceDescriptor(),
            ClusterGrpc.getServiceDescriptor(),
            MaintenanceGrpc.getServiceDescriptor(),
            HealthGrpc.getServiceDescriptor());

    private final ManagedChannel target;
    private final Lie lie;
    private final int every;
    private final AtomicInteger occasions = new AtomicInteger();
    private final AtomicInteger told = new AtomicInteger();
    private final Server server;
    private final String name;

    LyingProxy(ManagedChannel target, Lie lie, int every) {
        this.target = target;
        this.lie = lie;
        this.every = every;
        this.name = InProcessServerBuilder.generateName();
        InProcessServerBuilder builder = InProcessServerBuilder.forName(name).maxInboundMetadataSize(1 << 20);
        SERVICES.forEach(service -> builder.addService(forward(service)));
        try {
            server = builder.build().start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A channel to the proxy, which closes with it. */
    ManagedChannel channel() {
        return InProcessChannelBuilder.forName(name)
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build();
    }

    /** How many answers were changed. */
    int told() {
        return told.get();
    }

    @Override
    public void close() {
        server.shutdownNow();
        target.shutdownNow();
    }

    @SuppressWarnings("unchecked") // all methods have protobuf messages
    private ServerServiceDefinition forward(ServiceDescriptor service) {
        ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(service);
        for (MethodDescriptor<?, ?> method : service.getMethods()) {
            MethodDescriptor<Message, Message> typed = (MethodDescriptor<Message, Message>) method;
            ServerCallHandler<Message, Message> handler = (call, headers) -> pass(typed, call, headers);
            definition.addMethod(ServerMethodDefinition.create(typed, handler));
        }
        return definition.build();
    }

    private ServerCall.Listener<Message> pass(
            MethodDescriptor<Message, Message> method, ServerCall<Message, Message> incoming, Metadata headers) {
        ClientCall<Message, Message> outgoing = target.newCall(method, CallOptions.DEFAULT);
        outgoing.start(
                new ClientCall.Listener<>() {
                    private boolean headersSent;

                    @Override
                    public void onMessage(Message message) {
                        if (!headersSent) {
                            headersSent = true;
                            incoming.sendHeaders(new Metadata());
                        }
                        for (Message each : changed(message)) {
                            incoming.sendMessage(each);
                        }
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        Status closing = occasion(lie.applies(status)) ? lie.change(status) : status;
                        incoming.close(closing, new Metadata());
                    }
                },
                headers);
        outgoing.request(Integer.MAX_VALUE);
        incoming.request(Integer.MAX_VALUE);
        return new ServerCall.Listener<>() {
            @Override
            public void onMessage(Message message) {
                outgoing.sendMessage(message);
            }

            @Override
            public void onHalfClose() {
                outgoing.halfClose();
            }

            @Override
            public void onCancel() {
                outgoing.cancel("the client cancelled", null);
            }
        };
    }

    private List<Message> changed(Message message) {
        return occasion(lie.applies(message)) ? lie.change(message) : List.of(message);
    }

    private boolean occasion(boolean applies) {
        boolean now = applies && occasions.incrementAndGet() % every == 0;
        if (now) {
            told.incrementAndGet();
        }
        return now;
    }
}
