package io.metastore.server.gateway;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.metastore.api.rpc.AuthGrpc;
import io.metastore.api.rpc.ClusterGrpc;
import io.metastore.api.rpc.ElectionGrpc;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LockGrpc;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.WatchGrpc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which method is called by which path: the {@code google.api.http} annotations of etcd's services. */
final class Routes {
    private static final List<ServiceDescriptor> SERVICES = List.of(
            KVGrpc.getServiceDescriptor(),
            WatchGrpc.getServiceDescriptor(),
            LeaseGrpc.getServiceDescriptor(),
            ClusterGrpc.getServiceDescriptor(),
            MaintenanceGrpc.getServiceDescriptor(),
            AuthGrpc.getServiceDescriptor(),
            LockGrpc.getServiceDescriptor(),
            ElectionGrpc.getServiceDescriptor());

    /**
     * A method and how its messages look.
     *
     * @param prototype an empty request
     */
    record Route(
            MethodDescriptor<Message, Message> method, Message prototype, MessageShape request, MessageShape response) {
        boolean clientStreams() {
            return !method.getType().clientSendsOneMessage();
        }

        boolean serverStreams() {
            return !method.getType().serverSendsOneMessage();
        }
    }

    private final Map<String, Route> byPath;

    private Routes(Map<String, Route> byPath) {
        this.byPath = Map.copyOf(byPath);
    }

    /**
     * The routes of all services.
     *
     * @throws IllegalStateException if an annotation asks for what the gateway does not do
     */
    static Routes ofEtcd() {
        MessageShape.Shapes shapes = new MessageShape.Shapes();
        Map<String, Route> byPath = new HashMap<>();
        for (ServiceDescriptor service : SERVICES) {
            for (MethodDescriptor<?, ?> method : service.getMethods()) {
                List<String> paths = pathsOf(method);
                if (!paths.isEmpty()) {
                    Route route = route(method, shapes);
                    paths.forEach(path -> byPath.put(path, route));
                }
            }
        }
        return new Routes(byPath);
    }

    /** Null if nothing is there. */
    @Nullable
    Route at(String path) {
        return byPath.get(path);
    }

    Set<String> paths() {
        return byPath.keySet();
    }

    private static List<String> pathsOf(MethodDescriptor<?, ?> method) {
        Descriptors.MethodDescriptor proto = protoOf(method);
        if (!proto.getOptions().hasExtension(AnnotationsProto.http)) {
            return List.of();
        }
        HttpRule rule = proto.getOptions().getExtension(AnnotationsProto.http);
        List<String> paths = new ArrayList<>();
        paths.add(pathOf(rule));
        rule.getAdditionalBindingsList().forEach(binding -> paths.add(pathOf(binding)));
        return paths;
    }

    /** All of etcd's rules are of one kind: a fixed path, POST, and the whole request as body. */
    private static String pathOf(HttpRule rule) {
        if (!rule.hasPost() || !rule.getBody().equals("*") || rule.getPost().contains("{")) {
            throw new IllegalStateException("the gateway cannot serve the rule " + rule);
        }
        return rule.getPost();
    }

    private static Descriptors.MethodDescriptor protoOf(MethodDescriptor<?, ?> method) {
        if (method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier supplier) {
            return supplier.getMethodDescriptor();
        }
        throw new IllegalStateException(method.getFullMethodName() + " has no descriptor");
    }

    private static Route route(MethodDescriptor<?, ?> method, MessageShape.Shapes shapes) {
        @SuppressWarnings("unchecked") // generated methods are about messages
        MethodDescriptor<Message, Message> typed = (MethodDescriptor<Message, Message>) method;
        if (!(typed.getRequestMarshaller() instanceof MethodDescriptor.PrototypeMarshaller<Message> marshaller)
                || marshaller.getMessagePrototype() == null) {
            throw new IllegalStateException(method.getFullMethodName() + " has no prototype");
        }
        Descriptors.MethodDescriptor proto = protoOf(method);
        return new Route(
                typed,
                marshaller.getMessagePrototype(),
                shapes.of(proto.getInputType()),
                shapes.of(proto.getOutputType()));
    }
}
