package io.metastore.bench.load;

import io.metastore.bench.http1.PostConnection;
import io.metastore.bench.http2.Access;
import io.metastore.bench.http2.Endpoint;
import io.metastore.bench.http2.Http2Connection;
import io.metastore.bench.http2.LoadClient;
import io.metastore.bench.measure.CpuSample;
import io.metastore.bench.measure.ProcessUsage;
import java.util.ArrayList;
import java.util.List;

/**
 * A server under load, or several members of a cluster: where they listen, over which our connections are spread, and which
 * processes they are, if that is known.
 */
public record LoadTarget(
        LoadClient client, List<Endpoint> endpoints, int connectionCount, List<Long> serverPids, Access access)
        implements AutoCloseable {

    public LoadTarget {
        endpoints = List.copyOf(endpoints);
        serverPids = List.copyOf(serverPids);
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("no endpoint");
        }
    }

    /** Servers that are reached in the clear. */
    public LoadTarget(LoadClient client, List<Endpoint> endpoints, int connectionCount, List<Long> serverPids) {
        this(client, endpoints, connectionCount, serverPids, Access.PLAIN);
    }

    /**
     * One server.
     *
     * @param serverPid 0 if it is not known
     */
    public static LoadTarget of(LoadClient client, Endpoint endpoint, int connections, long serverPid) {
        return new LoadTarget(client, List.of(endpoint), connections, serverPid == 0 ? List.of() : List.of(serverPid));
    }

    /** The same, reached in another way. */
    public LoadTarget with(Access newAccess) {
        return new LoadTarget(client, endpoints, connectionCount, serverPids, newAccess);
    }

    /** The same, on the event loop of another client. */
    LoadTarget over(LoadClient other) {
        return new LoadTarget(other, endpoints, connectionCount, serverPids, access);
    }

    public Endpoint endpoint() {
        return endpoints.get(0);
    }

    public List<Http2Connection> connect() {
        List<Http2Connection> connections = new ArrayList<>();
        for (int i = 0; i < endpoints.size(); i++) {
            // The first get one more if they are not a multiple.
            int share = (connectionCount - i + endpoints.size() - 1) / endpoints.size();
            connections.addAll(client.connect(endpoints.get(i), access, share));
        }
        return connections;
    }

    List<Http2Connection> connect(int windowBytes) {
        return client.connect(endpoint(), access, 1, windowBytes);
    }

    /** HTTP/1.1, to the first server. */
    List<PostConnection> post(String path, int count) {
        List<PostConnection> connections = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            PostConnection connection = new PostConnection(endpoint(), path);
            connections.add(client.open(endpoint(), access, connection, connection.ready()));
        }
        return connections;
    }

    public CpuSample sample() {
        return CpuSample.take(serverPids);
    }

    /** Of all processes together. */
    public ProcessUsage.Memory memory() {
        return serverPids.stream()
                .map(ProcessUsage::memory)
                .reduce(ProcessUsage.Memory.UNKNOWN, ProcessUsage.Memory::plus);
    }

    @Override
    public void close() {
        client.close();
    }
}
