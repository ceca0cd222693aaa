package io.metastore.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.metastore.api.rpc.AuthGrpc;
import io.metastore.api.rpc.AuthProto;
import io.metastore.api.rpc.ClusterGrpc;
import io.metastore.api.rpc.ElectionGrpc;
import io.metastore.api.rpc.ElectionProto;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.KvProto;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LockGrpc;
import io.metastore.api.rpc.LockProto;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.RpcProto;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchGrpc;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Renders what we generate in the notation of wire.txt and compares. */
class WireContractTest {
    private static final List<FileDescriptor> FILES = List.of(
            RpcProto.getDescriptor(),
            KvProto.getDescriptor(),
            AuthProto.getDescriptor(),
            LockProto.getDescriptor(),
            ElectionProto.getDescriptor());

    private static final List<ServiceDescriptor> STUBS = List.of(
            KVGrpc.getServiceDescriptor(),
            WatchGrpc.getServiceDescriptor(),
            LeaseGrpc.getServiceDescriptor(),
            ClusterGrpc.getServiceDescriptor(),
            MaintenanceGrpc.getServiceDescriptor(),
            AuthGrpc.getServiceDescriptor(),
            LockGrpc.getServiceDescriptor(),
            ElectionGrpc.getServiceDescriptor());

    @Test
    void stubsHaveEtcdsMethods() {
        Stream<String> methods =
                STUBS.stream().flatMap(service -> service.getMethods().stream()).map(WireContractTest::method);

        assertThat(methods).containsExactlyInAnyOrderElementsOf(contract("rpc"));
    }

    @Test
    void protosDefineNoServiceWithoutStub() {
        Stream<String> services =
                FILES.stream().flatMap(file -> file.getServices().stream()).map(service -> service.getFullName());

        assertThat(services)
                .containsExactlyInAnyOrderElementsOf(
                        STUBS.stream().map(ServiceDescriptor::getName).toList());
    }

    @Test
    void methodsHaveEtcdsRoutes() {
        Stream<String> routes = FILES.stream()
                .flatMap(file -> file.getServices().stream())
                .flatMap(service -> service.getMethods().stream())
                .flatMap(WireContractTest::routes);

        assertThat(routes).containsExactlyInAnyOrderElementsOf(contract("route"));
    }

    @Test
    void messagesAreEtcds() {
        assertThat(messages().map(message -> "message " + message.getFullName()))
                .containsExactlyInAnyOrderElementsOf(contract("message"));
    }

    @Test
    void fieldsHaveEtcdsNamesNumbersAndTypes() {
        Stream<String> fields =
                messages().flatMap(message -> message.getFields().stream()).map(WireContractTest::field);

        assertThat(fields).containsExactlyInAnyOrderElementsOf(contract("field"));
    }

    @Test
    void enumValuesHaveEtcdsNamesAndNumbers() {
        Stream<EnumDescriptor> topLevel = FILES.stream().flatMap(file -> file.getEnumTypes().stream());
        Stream<EnumDescriptor> nested = messages().flatMap(message -> message.getEnumTypes().stream());
        Stream<String> values = Stream.concat(topLevel, nested)
                .flatMap(type -> type.getValues().stream())
                .map(value -> "value %s.%s = %d"
                        .formatted(value.getType().getFullName(), value.getName(), value.getNumber()));

        assertThat(values).containsExactlyInAnyOrderElementsOf(contract("value"));
    }

    @Test
    void onlyMessagesAndOneofMembersHavePresence() {
        Stream<FieldDescriptor> present = messages()
                .flatMap(message -> message.getFields().stream())
                .filter(FieldDescriptor::hasPresence)
                .filter(field -> field.getJavaType() != FieldDescriptor.JavaType.MESSAGE)
                .filter(field -> field.getRealContainingOneof() == null);

        assertThat(present).isEmpty();
    }

    @Test
    void filtersAreReadPackedAndUnpacked() throws IOException {
        var filters = List.of(WatchCreateRequest.FilterType.NOPUT, WatchCreateRequest.FilterType.NODELETE);
        byte[] packed = {0x2a, 2, 0, 1};
        byte[] unpacked = {0x28, 0, 0x28, 1};

        assertThat(WatchCreateRequest.parseFrom(packed).getFiltersList()).isEqualTo(filters);
        assertThat(WatchCreateRequest.parseFrom(unpacked).getFiltersList()).isEqualTo(filters);
        assertThat(WatchCreateRequest.newBuilder()
                        .addAllFilters(filters)
                        .build()
                        .toByteArray())
                .isEqualTo(packed);
    }

    private static Stream<Descriptor> messages() {
        return FILES.stream().flatMap(file -> file.getMessageTypes().stream()).flatMap(WireContractTest::withNested);
    }

    private static Stream<Descriptor> withNested(Descriptor message) {
        return Stream.concat(
                Stream.of(message), message.getNestedTypes().stream().flatMap(WireContractTest::withNested));
    }

    private static String method(MethodDescriptor<?, ?> method) {
        String request = typeOf(method.getRequestMarshaller());
        String response = typeOf(method.getResponseMarshaller());
        boolean streamsRequests = !method.getType().clientSendsOneMessage();
        boolean streamsResponses = !method.getType().serverSendsOneMessage();
        return "rpc %s %s%s -> %s%s"
                .formatted(
                        method.getFullMethodName(),
                        streamsRequests ? "stream " : "",
                        request,
                        streamsResponses ? "stream " : "",
                        response);
    }

    private static String typeOf(MethodDescriptor.Marshaller<?> marshaller) {
        Object prototype = ((MethodDescriptor.PrototypeMarshaller<?>) marshaller).getMessagePrototype();
        return ((Message) Objects.requireNonNull(prototype))
                .getDescriptorForType()
                .getFullName();
    }

    private static Stream<String> routes(com.google.protobuf.Descriptors.MethodDescriptor method) {
        if (!method.getOptions().hasExtension(AnnotationsProto.http)) {
            return Stream.empty();
        }
        HttpRule rule = method.getOptions().getExtension(AnnotationsProto.http);
        return Stream.concat(Stream.of(rule), rule.getAdditionalBindingsList().stream())
                .map(binding -> "route %s %s %s -> %s/%s"
                        .formatted(
                                binding.getPatternCase(),
                                binding.getPost(),
                                binding.getBody(),
                                method.getService().getFullName(),
                                method.getName()));
    }

    private static String field(FieldDescriptor field) {
        String type =
                switch (field.getJavaType()) {
                    case MESSAGE -> field.getMessageType().getFullName();
                    case ENUM -> field.getEnumType().getFullName();
                    default -> field.getType().name().toLowerCase(Locale.ROOT);
                };
        var oneof = field.getRealContainingOneof();
        return "field %s = %d %s%s%s"
                .formatted(
                        field.getFullName(),
                        field.getNumber(),
                        field.isRepeated() ? "repeated " : "",
                        type,
                        oneof == null ? "" : " in " + oneof.getName());
    }

    /** The lines of one kind, of which there is at least one. */
    private static List<String> contract(String kind) {
        var table = Objects.requireNonNull(WireContractTest.class.getResourceAsStream("/wire.txt"));
        try (var reader = new BufferedReader(new InputStreamReader(table, StandardCharsets.UTF_8))) {
            List<String> lines =
                    reader.lines().filter(line -> line.startsWith(kind + " ")).toList();
            assertThat(lines).isNotEmpty();
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
