package io.metastore.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrantResponse;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LeaseKeepAliveRequest;
import io.metastore.api.rpc.LeaseKeepAliveResponse;
import io.metastore.api.rpc.LeaseLeasesRequest;
import io.metastore.api.rpc.LeaseLeasesResponse;
import io.metastore.api.rpc.LeaseRevokeRequest;
import io.metastore.api.rpc.LeaseRevokeResponse;
import io.metastore.api.rpc.LeaseStatus;
import io.metastore.api.rpc.LeaseTimeToLiveRequest;
import io.metastore.api.rpc.LeaseTimeToLiveResponse;
import io.metastore.server.lease.LeaseAuthority;
import io.metastore.server.lease.LeaseAuthority.LeaseTime;
import io.metastore.storage.auth.AuthState;
import io.metastore.storage.auth.Caller;
import io.metastore.storage.lease.Lease;
import io.metastore.storage.mvcc.Key;
import io.metastore.storage.state.Command;
import io.metastore.storage.state.CommandAccess;
import io.metastore.storage.state.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** etcdserverpb.Lease. Grants and revokes go through the log, renewals to the one who counts the time. */
final class LeaseService extends LeaseGrpc.LeaseImplBase {
    /** Tries to find a free id; with 63 random bits the second is hardly ever needed. */
    private static final int MAX_ID_CHOICES = 10;

    private final Parts parts;

    /**
     * What the service is made of.
     *
     * @param submit proposes a command
     * @param spaceCheck throws where there is no room for a command
     * @param idsByRemaining the leases this member knows of, those that end first first
     * @param keysOf the keys attached to a lease; may read the disk
     * @param readers runs what may read the disk
     * @param randomId a source of ids; must not be guessed by its earlier ones
     */
    record Parts(
            Function<Command, CompletableFuture<Outcome>> submit,
            Consumer<Command> spaceCheck,
            LeaseAuthority authority,
            Supplier<List<Long>> idsByRemaining,
            LongFunction<List<Key>> keysOf,
            Executor readers,
            LongSupplier revision,
            Headers headers,
            Access access,
            long minTtlSeconds,
            LongSupplier randomId) {}

    LeaseService(Parts parts) {
        this.parts = parts;
    }

    /** Shorter leases could end before a new leader is found who knows of them (etcd: lessor's minLeaseTTL). */
    static long minTtlSeconds(Duration electionTimeout) {
        return (3 * electionTimeout.toMillis() + 1999) / 2000;
    }

    @Override
    public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> client) {
        grant(request, parts.access.credentials(), MAX_ID_CHOICES)
                .whenComplete((response, failure) -> UnaryAnswer.send(client, response, failure));
    }

    private CompletableFuture<LeaseGrantResponse> grant(
            LeaseGrantRequest request, Credentials caller, int choicesLeft) {
        boolean choose = request.getID() == Lease.NONE;
        LeaseGrantRequest effective = LeaseGrantRequest.newBuilder()
                .setID(choose ? chooseId() : request.getID())
                .setTTL(Math.max(request.getTTL(), parts.minTtlSeconds))
                .build();
        return submit(caller, new Command.LeaseGrant(effective)).thenCompose(outcome -> {
            if (choose && choicesLeft > 1 && isTaken(outcome)) {
                return grant(request, caller, choicesLeft - 1);
            }
            return CompletableFuture.completedFuture(LeaseGrantResponse.newBuilder()
                    .setHeader(parts.headers.at(outcome.orThrow().revision()))
                    .setID(effective.getID())
                    .setTTL(effective.getTTL())
                    .build());
        });
    }

    private static boolean isTaken(Outcome outcome) {
        return outcome instanceof Outcome.Rejected rejected && rejected.error() == EtcdError.LEASE_EXIST;
    }

    private long chooseId() {
        long id = parts.randomId.getAsLong() & Long.MAX_VALUE;
        return id == Lease.NONE ? 1 : id;
    }

    @Override
    public void leaseRevoke(LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> client) {
        submit(parts.access.credentials(), new Command.LeaseRevoke(request))
                .thenApply(outcome -> LeaseRevokeResponse.newBuilder()
                        .setHeader(parts.headers.at(outcome.orThrow().revision()))
                        .build())
                .whenComplete((response, failure) -> UnaryAnswer.send(client, response, failure));
    }

    private CompletableFuture<Outcome> submit(Credentials caller, Command command) {
        try {
            parts.spaceCheck.accept(command);
            return parts.submit.apply(parts.access.asked(caller, command));
        } catch (RuntimeException refusal) {
            return CompletableFuture.failedFuture(refusal);
        }
    }

    @Override
    public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(StreamObserver<LeaseKeepAliveResponse> client) {
        Credentials caller = Credentials.current();
        return new KeepAliveStream((ServerCallStreamObserver<LeaseKeepAliveResponse>) client, id -> renew(id, caller));
    }

    /** The revision is that before the renewal, as etcd has it. */
    private CompletableFuture<LeaseKeepAliveResponse> renew(long id, Credentials caller) {
        LeaseKeepAliveResponse.Builder response =
                LeaseKeepAliveResponse.newBuilder().setHeader(header()).setID(id);
        if (!parts.access.state().enabled()) {
            return parts.authority.renew(id).thenApply(ttl -> response.setTTL(ttl)
                    .build());
        }
        return checked(caller, permit -> permit.refusalToChangeLease(id))
                .thenCompose(auth -> parts.authority.renew(id))
                .thenApply(ttl -> response.setTTL(ttl).build());
    }

    /** What is attached to a lease may have to be read, so this leaves the event loop. Answers what was checked against. */
    private CompletableFuture<AuthState> checked(
            Credentials credentials, Function<CommandAccess, @Nullable EtcdError> check) {
        return CompletableFuture.supplyAsync(
                () -> {
                    AuthState auth = parts.access.state();
                    if (auth.enabled()) {
                        Caller caller = parts.access.callerOf(credentials, auth);
                        Access.require(auth.refusalToAnonymous(caller));
                        Access.require(check.apply(new CommandAccess(auth, caller, parts.keysOf)));
                        parts.access.requireUnchangedSince(auth);
                    }
                    return auth;
                },
                parts.readers);
    }

    @Override
    public void leaseTimeToLive(LeaseTimeToLiveRequest request, StreamObserver<LeaseTimeToLiveResponse> client) {
        CompletableFuture<LeaseTimeToLiveResponse> answer = request.getKeys()
                ? timeToLiveWithKeys(request, Credentials.current())
                : parts.authority.timeToLive(request.getID()).thenApply(known -> timeToLive(request, known));
        answer.whenComplete((response, failure) -> UnaryAnswer.send(client, response, failure));
    }

    private CompletableFuture<LeaseTimeToLiveResponse> timeToLiveWithKeys(
            LeaseTimeToLiveRequest request, Credentials caller) {
        CompletableFuture<AuthState> allowed = parts.access.state().enabled()
                ? checked(caller, permit -> permit.refusalToSeeLease(request.getID()))
                : CompletableFuture.completedFuture(parts.access.state());
        return allowed.thenCompose(auth -> parts.authority
                .timeToLive(request.getID())
                .thenApplyAsync(known -> timeToLive(request, known), parts.readers)
                .thenApply(response -> {
                    if (auth.enabled()) {
                        parts.access.requireUnchangedSince(auth);
                    }
                    return response;
                }));
    }

    private LeaseTimeToLiveResponse timeToLive(LeaseTimeToLiveRequest request, LeaseTime time) {
        LeaseTimeToLiveResponse.Builder response = LeaseTimeToLiveResponse.newBuilder()
                .setHeader(header())
                .setID(request.getID())
                .setTTL(time.ttlSeconds())
                .setGrantedTTL(time.grantedSeconds());
        if (request.getKeys() && !time.equals(LeaseTime.UNKNOWN)) {
            for (Key key : parts.keysOf.apply(request.getID())) {
                response.addKeys(com.google.protobuf.ByteString.copyFrom(key.bytes()));
            }
        }
        return response.build();
    }

    @Override
    public void leaseLeases(LeaseLeasesRequest request, StreamObserver<LeaseLeasesResponse> client) {
        if (!parts.access.state().enabled()) {
            UnaryAnswer.send(client, leases(parts.idsByRemaining.get()), null);
            return;
        }
        List<Long> ids = parts.idsByRemaining.get();
        checked(Credentials.current(), permit -> refusalToSeeAll(permit, ids))
                .thenApply(auth -> leases(ids))
                .whenComplete((response, failure) -> UnaryAnswer.send(client, response, failure));
    }

    /** Of leases one sees all or none. */
    private static @Nullable EtcdError refusalToSeeAll(CommandAccess permit, List<Long> ids) {
        for (long id : ids) {
            EtcdError refusal = permit.refusalToSeeLease(id);
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    private LeaseLeasesResponse leases(List<Long> ids) {
        LeaseLeasesResponse.Builder response = LeaseLeasesResponse.newBuilder().setHeader(header());
        for (long id : ids) {
            response.addLeases(LeaseStatus.newBuilder().setID(id));
        }
        return response.build();
    }

    private io.metastore.api.rpc.ResponseHeader header() {
        return parts.headers.at(parts.revision.getAsLong());
    }
}
