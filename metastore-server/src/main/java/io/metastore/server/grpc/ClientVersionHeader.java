package io.metastore.server.grpc;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.metastore.server.metrics.ClientVersions;

/** Where etcd's clients say of which version they are; read without making a text of it (etcd: rpctypes/metadatafields.go). */
final class ClientVersionHeader {
    private final ClientVersions versions;
    private final Metadata.Key<ClientVersions.Calls> key;

    ClientVersionHeader(ClientVersions versions) {
        this.versions = versions;
        this.key = InternalMetadata.keyOf("client-api-version", new Marshaller());
    }

    void count(Metadata headers, MethodDescriptor.MethodType type) {
        ClientVersions.Calls calls = headers.get(key);
        (calls == null ? versions.unknown() : calls).count(type != MethodDescriptor.MethodType.UNARY);
    }

    private final class Marshaller implements InternalMetadata.TrustedAsciiMarshaller<ClientVersions.Calls> {
        @Override
        public byte[] toAsciiString(ClientVersions.Calls calls) {
            return "".getBytes(US_ASCII); // never sent
        }

        @Override
        public ClientVersions.Calls parseAsciiString(byte[] serialized) {
            return versions.of(serialized);
        }
    }
}
