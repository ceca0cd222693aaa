package io.metastore.bench.load;

import io.metastore.bench.http2.Endpoint;
import io.metastore.bench.http2.Http2Connection;
import io.metastore.bench.http2.LoadClient;
import io.metastore.bench.measure.CpuSample;
import io.metastore.bench.measure.ProcessUsage;
import java.util.List;

/** A server under load: where it listens, which process it is (0: unknown), and our connections to it. */
public record LoadTarget(LoadClient client, Endpoint endpoint, int connectionCount, long serverPid)
        implements AutoCloseable {

    public List<Http2Connection> connect() {
        return client.connect(endpoint, connectionCount);
    }

    List<Http2Connection> connect(int windowBytes) {
        return client.connect(endpoint, 1, windowBytes);
    }

    public CpuSample sample() {
        return CpuSample.take(serverPid);
    }

    public ProcessUsage.Memory memory() {
        return serverPid == 0 ? ProcessUsage.Memory.UNKNOWN : ProcessUsage.memory(serverPid);
    }

    @Override
    public void close() {
        client.close();
    }
}
