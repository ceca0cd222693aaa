package io.metastore.bench.jmh;

import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LeaseRevokeRequest;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Leases. */
public class LeaseBenchmark extends Measured {
    private static final LeaseGrantRequest GRANT =
            LeaseGrantRequest.newBuilder().setTTL(60).build();

    /** A thread's way to the lease service. */
    @State(Scope.Thread)
    public static class Leases {
        private LeaseGrpc.LeaseBlockingStub stub;

        @Setup(Level.Trial)
        public void connect(Client client) {
            stub = LeaseGrpc.newBlockingStub(client.channel());
        }
    }

    /** Three calls: a grant, a put under the lease, and its revocation. */
    @Benchmark
    public Object cycle(Leases leases, Client client) {
        long id = leases.stub.leaseGrant(GRANT).getID();
        client.calls()
                .put(Requests.put(client.newKey("bench/lease/"), Requests.VALUE).toBuilder()
                        .setLease(id)
                        .build());
        return leases.stub.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(id).build());
    }
}
