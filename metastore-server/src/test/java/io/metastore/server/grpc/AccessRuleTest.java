package io.metastore.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.metastore.api.rpc.KVGrpc;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of access rules is whole: a method that nobody has thought of is found here, and not by who calls it. */
@Timeout(30)
class AccessRuleTest {
    private static final String GENERATED = "io/metastore/api/rpc";

    /** All services there are, found where the generated classes lie: one that is added later is among them. */
    static List<MethodDescriptor<?, ?>> methods() throws Exception {
        List<MethodDescriptor<?, ?>> methods = new ArrayList<>();
        for (ServiceDescriptor service : services()) {
            methods.addAll(service.getMethods());
        }
        return methods;
    }

    private static List<ServiceDescriptor> services() throws Exception {
        List<ServiceDescriptor> services = new ArrayList<>(
                List.of(HealthGrpc.getServiceDescriptor(), ServerReflectionGrpc.getServiceDescriptor()));
        for (String name : generatedServices()) {
            services.add((ServiceDescriptor) Class.forName(GENERATED.replace('/', '.') + "." + name)
                    .getMethod("getServiceDescriptor")
                    .invoke(null));
        }
        return services;
    }

    private static List<String> generatedServices() throws IOException, URISyntaxException {
        URI home = KVGrpc.class.getResource("KVGrpc.class").toURI();
        if (home.getScheme().equals("jar")) {
            try (FileSystem jar = FileSystems.newFileSystem(home, Map.of())) {
                return servicesIn(jar.getPath(GENERATED));
            }
        }
        return servicesIn(Path.of(home).getParent());
    }

    private static List<String> servicesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.matches("[A-Za-z0-9]+Grpc\\.class"))
                    .map(file -> file.replace(".class", ""))
                    .toList();
        }
    }

    @Test
    void allServicesAreLookedAt() throws Exception {
        assertThat(services().stream().map(ServiceDescriptor::getName))
                .contains(
                        "etcdserverpb.KV",
                        "etcdserverpb.Watch",
                        "etcdserverpb.Lease",
                        "etcdserverpb.Cluster",
                        "etcdserverpb.Maintenance",
                        "etcdserverpb.Auth",
                        "v3lockpb.Lock",
                        "v3electionpb.Election");
        assertThat(methods()).hasSizeGreaterThan(50);
    }

    @ParameterizedTest
    @MethodSource("methods")
    void everyMethodHasARule(MethodDescriptor<?, ?> method) {
        assertThat(AccessRule.of(method.getFullMethodName())).isNotNull();
    }

    @Test
    void whatHasNoRuleIsNotServed() {
        assertThatThrownBy(() -> AccessRule.of("etcdserverpb.KV/Undo")).hasMessageContaining("etcdserverpb.KV/Undo");
    }

    @Test
    void onlyTheseNeedNobody() throws Exception {
        List<String> open = methods().stream()
                .map(MethodDescriptor::getFullMethodName)
                .filter(method ->
                        AccessRule.of(method) == AccessRule.OPEN || AccessRule.of(method) == AccessRule.NO_BAD_TOKEN)
                .toList();

        assertThat(open)
                .containsExactlyInAnyOrder(
                        "etcdserverpb.Auth/Authenticate",
                        "etcdserverpb.Auth/AuthStatus",
                        "grpc.health.v1.Health/Check",
                        "grpc.health.v1.Health/Watch",
                        "grpc.reflection.v1.ServerReflection/ServerReflectionInfo");
    }
}
