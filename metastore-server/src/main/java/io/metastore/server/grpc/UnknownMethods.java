package io.metastore.server.grpc;

import com.google.common.io.ByteStreams;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Refuses calls of what is not served with the words that etcd's clients know from grpc-go. */
final class UnknownMethods extends HandlerRegistry {
    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return ByteStreams.toByteArray(stream);
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    };

    private final Set<String> services;

    UnknownMethods(List<ServerServiceDefinition> services) {
        this.services = services.stream()
                .map(service -> service.getServiceDescriptor().getName())
                .collect(Collectors.toSet());
    }

    @Override
    public ServerMethodDefinition<?, ?> lookupMethod(String fullName, @Nullable String authority) {
        String service = MethodDescriptor.extractFullServiceName(fullName);
        String method = MethodDescriptor.extractBareMethodName(fullName);
        String why = service != null && services.contains(service)
                ? "unknown method %s for service %s".formatted(method, service)
                : "unknown service " + service;
        MethodDescriptor<byte[], byte[]> descriptor = MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.UNKNOWN)
                .setFullMethodName(fullName)
                .setRequestMarshaller(BYTES)
                .setResponseMarshaller(BYTES)
                .build();
        return ServerMethodDefinition.create(descriptor, (call, headers) -> {
            call.close(Status.UNIMPLEMENTED.withDescription(why), new Metadata());
            return new ServerCall.Listener<byte[]>() {};
        });
    }
}
