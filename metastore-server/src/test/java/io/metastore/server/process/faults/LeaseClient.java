package io.metastore.server.process.faults;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrantResponse;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LeaseKeepAliveRequest;
import io.metastore.api.rpc.LeaseKeepAliveResponse;
import io.metastore.api.rpc.LeaseRevokeRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.server.process.Eventually;
import io.metastore.server.process.LoadClient;
import io.metastore.server.process.history.LeaseUse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Takes one lease after the other: attaches a key or two, keeps it alive for a while through any member, and revokes it or lets
 * it end. Runs on its own thread.
 */
final class LeaseClient implements Runnable {

    private static final long IDS_OF_A_CLIENT = 1_000_000;
    private static final long DEADLINE_SECONDS = 2;

    private final int client;
    private final Random random;
    private final List<ManagedChannel> channels;
    private final LoadClient puts;
    private final List<LeaseUse> leases = new ArrayList<>();
    private volatile boolean stopped;

    LeaseClient(int client, long seed, List<ManagedChannel> channels, LoadClient puts) {
        this.client = client;
        this.random = new Random(seed);
        this.channels = channels;
        this.puts = puts;
    }

    void stop() {
        stopped = true;
    }

    /** To be read when the thread has ended. */
    List<LeaseUse> leases() {
        return leases;
    }

    @Override
    public void run() {
        for (long number = 1; !stopped; number++) {
            useOne(client * IDS_OF_A_CLIENT + IDS_OF_A_CLIENT + number);
            letTimePass(Duration.ofMillis(50));
        }
    }

    private void useOne(long id) {
        List<Long> confirmed = new ArrayList<>();
        long ttl = 0;
        long sent = System.nanoTime();
        try {
            LeaseGrantResponse granted = lease().leaseGrant(LeaseGrantRequest.newBuilder()
                    .setID(id)
                    .setTTL(2 + random.nextInt(2))
                    .build());
            ttl = granted.getTTL();
            confirmed.add(sent);
        } catch (StatusRuntimeException notAnswered) {
            // It may exist, without keys; it must end all the same.
            leases.add(new LeaseUse(id, 0, List.of(), Long.MAX_VALUE));
            return;
        }
        int keys = 1 + random.nextInt(2);
        for (int i = 0; i < keys; i++) {
            puts.call(
                    "lease%d-%d".formatted(id, i),
                    PutRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8("lease/%d/%d".formatted(id, i)))
                            .setValue(ByteString.copyFromUtf8("lease%d-%d.0".formatted(id, i)))
                            .setLease(id)
                            .build());
        }
        for (int i = random.nextInt(5); i > 0 && !stopped; i--) {
            letTimePass(Duration.ofMillis(300 + random.nextInt(1_000)));
            sent = System.nanoTime();
            if (keptAlive(id)) {
                confirmed.add(sent);
            }
        }
        long revoked = Long.MAX_VALUE;
        if (random.nextInt(3) == 0) {
            revoked = System.nanoTime();
            revoke(id);
        }
        leases.add(new LeaseUse(id, ttl, confirmed, revoked));
    }

    private boolean keptAlive(long id) {
        try {
            var answers = ClientCalls.blockingBidiStreamingCall(
                    anyChannel(),
                    LeaseGrpc.getLeaseKeepAliveMethod(),
                    CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS));
            answers.write(LeaseKeepAliveRequest.newBuilder().setID(id).build());
            LeaseKeepAliveResponse answer = answers.read();
            answers.cancel("one is enough", null);
            return answer != null && answer.getTTL() > 0;
        } catch (StatusRuntimeException | StatusException notAnswered) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void revoke(long id) {
        try {
            lease().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(id).build());
        } catch (StatusRuntimeException notAnswered) {
            // Then it ends by itself.
        }
    }

    private LeaseGrpc.LeaseBlockingStub lease() {
        return LeaseGrpc.newBlockingStub(anyChannel()).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    private ManagedChannel anyChannel() {
        return channels.get(random.nextInt(channels.size()));
    }

    /** The lease grows older; there is nothing else to wait for. */
    private void letTimePass(Duration time) {
        Eventually.holds(time, () -> stopped);
    }
}
