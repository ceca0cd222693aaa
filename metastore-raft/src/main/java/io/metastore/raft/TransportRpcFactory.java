package io.metastore.raft;

import com.alipay.sofa.jraft.rpc.RaftRpcFactory;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.rpc.RpcServer;
import com.alipay.sofa.jraft.util.Endpoint;
import com.alipay.sofa.jraft.util.SPI;
import org.jspecify.annotations.Nullable;

/** Takes the place of Bolt in jraft: calls go through {@link PeerTransport}, and jraft opens no listener. */
@SPI(name = "metastore", priority = 100)
public final class TransportRpcFactory implements RaftRpcFactory {

    @Override
    public void registerProtobufSerializer(String className, Object... args) {
        // Messages travel as protobuf; there is nothing to register.
    }

    @Override
    public RpcClient createRpcClient(@Nullable ConfigHelper<RpcClient> config) {
        return new TransportRpcClient();
    }

    @Override
    public RpcServer createRpcServer(Endpoint endpoint, @Nullable ConfigHelper<RpcServer> config) {
        throw new UnsupportedOperationException("members listen through their transport: " + endpoint);
    }
}
