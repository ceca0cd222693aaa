package io.metastore.testing;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Channel;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.metastore.api.rpc.AuthGrpc;
import io.metastore.api.rpc.AuthUserAddRequest;
import io.metastore.api.rpc.AuthUserListRequest;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LeaseLeasesRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.server.MetaStoreServer;
import io.metastore.server.config.Flag;
import io.metastore.server.config.ServerConfig.StorageEngine;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Written as a user writes his tests. */
@Timeout(60)
class MetaStoreExtensionTest {

    private static void put(Channel channel, String key) {
        var unused = KVGrpc.newBlockingStub(channel)
                .put(PutRequest.newBuilder().setKey(copyFromUtf8(key)).build());
    }

    private static long count(Channel channel, String key) {
        return KVGrpc.newBlockingStub(channel)
                .range(RangeRequest.newBuilder().setKey(copyFromUtf8(key)).build())
                .getCount();
    }

    @Nested
    @MetaStoreTest
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    class ByAnnotation {
        private static MetaStoreServer first;

        @Test
        @Order(1)
        void aTestTakesWhatItNeeds(MetaStoreServer server, ManagedChannel channel, URI endpoint) throws Exception {
            first = server;
            put(channel, "a");
            var lease = LeaseGrpc.newBlockingStub(channel)
                    .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(100).build());
            var user = AuthGrpc.newBlockingStub(channel)
                    .userAdd(AuthUserAddRequest.newBuilder()
                            .setName("u")
                            .setPassword("p")
                            .build());
            assertThat(lease.getID()).isNotZero();
            assertThat(user.hasHeader()).isTrue();

            ManagedChannel overTcp = Grpc.newChannelBuilder(
                            endpoint.getHost() + ":" + endpoint.getPort(), InsecureChannelCredentials.create())
                    .build();
            assertThat(count(overTcp, "a")).isEqualTo(1);
            assertThat(overTcp.shutdownNow().awaitTermination(10, TimeUnit.SECONDS))
                    .isTrue();
        }

        @Test
        @Order(2)
        void theNextFindsTheSameMemberEmpty(MetaStoreServer server, Channel channel) {
            assertThat(server).isSameAs(first);
            assertThat(count(channel, "a")).isZero();
            assertThat(LeaseGrpc.newBlockingStub(channel)
                            .leaseLeases(LeaseLeasesRequest.getDefaultInstance())
                            .getLeasesList())
                    .isEmpty();
            assertThat(AuthGrpc.newBlockingStub(channel)
                            .userList(AuthUserListRequest.getDefaultInstance())
                            .getUsersList())
                    .isEmpty();
        }

        @Test
        @Order(3)
        void aStateInMemoryCannotBeRestarted(MetaStoreExtension metastore) {
            assertThatThrownBy(metastore::restart).isInstanceOf(IllegalStateException.class);
        }
    }

    @Nested
    class ByField {
        @RegisterExtension
        final MetaStoreExtension metastore = MetaStoreExtension.builder()
                .engine(StorageEngine.ROCKSDB)
                .option(Flag.MAX_TXN_OPS, "3")
                .build();

        @Test
        void aRestartKeepsStateAndPort() throws Exception {
            URI before = metastore.clientEndpoints().get(0);
            put(metastore.channel(), "a");

            metastore.restart();

            assertThat(count(metastore.channel(), "a")).isEqualTo(1);
            assertThat(metastore.clientEndpoints()).containsExactly(before);
        }

        @Test
        void eachTestHasAMemberOfItsOwn() {
            assertThat(count(metastore.channel(), "a")).isZero();
            assertThat(metastore.dataDir()).isDirectory();
        }
    }

    @Test
    void thereIsNoMemberOutsideOfATest() {
        assertThatThrownBy(() -> MetaStoreExtension.builder().build().channel())
                .isInstanceOf(IllegalStateException.class);
    }
}
