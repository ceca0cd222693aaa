package io.metastore.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.metastore.api.rpc.ElectionProto;
import io.metastore.api.rpc.LockProto;
import io.metastore.api.rpc.RpcProto;
import io.metastore.server.MetaStoreServer;
import io.metastore.server.config.ServerConfig.StorageEngine;
import io.metastore.server.http.RawHttp;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** No annotated method is forgotten: the proto files themselves are asked. */
@Timeout(60)
class RoutesTest {
    private static final List<FileDescriptor> FILES =
            List.of(RpcProto.getDescriptor(), LockProto.getDescriptor(), ElectionProto.getDescriptor());

    private record Annotated(String path, MethodDescriptor method) {}

    private static List<Annotated> annotated() {
        List<Annotated> all = new ArrayList<>();
        for (FileDescriptor file : FILES) {
            for (ServiceDescriptor service : file.getServices()) {
                for (MethodDescriptor method : service.getMethods()) {
                    HttpRule rule = method.getOptions().getExtension(AnnotationsProto.http);
                    if (method.getOptions().hasExtension(AnnotationsProto.http)) {
                        Stream.concat(Stream.of(rule), rule.getAdditionalBindingsList().stream())
                                .forEach(each -> all.add(new Annotated(each.getPost(), method)));
                    }
                }
            }
        }
        return all;
    }

    @Test
    void everyAnnotationIsARoute() {
        Routes routes = Routes.ofEtcd();

        assertThat(annotated()).hasSizeGreaterThan(40);
        for (Annotated each : annotated()) {
            Routes.Route route = routes.at(each.path());
            assertThat(route).as(each.path()).isNotNull();
            assertThat(route.method().getFullMethodName())
                    .isEqualTo(each.method().getService().getFullName() + "/"
                            + each.method().getName());
            assertThat(route.clientStreams()).isEqualTo(each.method().isClientStreaming());
            assertThat(route.serverStreams()).isEqualTo(each.method().isServerStreaming());
        }
        assertThat(routes.paths())
                .containsExactlyInAnyOrderElementsOf(
                        annotated().stream().map(Annotated::path).toList());
    }

    @Test
    void everyAnnotatedMethodIsReachedOverHttp(@TempDir Path directory) throws Exception {
        try (MetaStoreServer server = MetaStoreServer.builder()
                .dataDir(directory)
                .engine(StorageEngine.MEMORY)
                .build()
                .start()) {
            String endpoint = server.clientEndpoints().get(0);
            for (Annotated each : annotated()) {
                try (RawHttp http = new RawHttp(endpoint)) {
                    // Those that would wait for something are over soon.
                    RawHttp.Answer answer =
                            http.exchange("POST", each.path(), Map.of("Grpc-Timeout", "300m"), "{}".getBytes(UTF_8));
                    assertThat(answer.body())
                            .as(each.path())
                            .doesNotContain("Not Found")
                            .doesNotContain("Method Not Allowed")
                            .doesNotContain("unknown ");
                    assertThat(http.exchange("GET", each.path(), Map.of(), new byte[0])
                                    .status())
                            .isEqualTo(501);
                }
            }
        }
    }
}
