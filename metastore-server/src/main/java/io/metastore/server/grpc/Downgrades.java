package io.metastore.server.grpc;

import io.metastore.api.EtcdError;
import io.metastore.api.EtcdException;
import io.metastore.api.rpc.DowngradeInfo;
import io.metastore.api.rpc.DowngradeRequest;
import io.metastore.api.rpc.DowngradeResponse;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.server.replication.ReadGate;
import io.metastore.storage.cluster.ClusterVersion;
import io.metastore.storage.cluster.MemberStore;
import io.metastore.storage.state.Command;
import io.metastore.storage.state.Outcome;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/** Maintenance.Downgrade: may the cluster go back to an older release, and is it to (etcd: v3_server.go, Downgrade). */
final class Downgrades {
    private final MemberStore members;
    private final ReadGate gate;
    private final Function<Command, CompletableFuture<Outcome>> submit;
    private final Supplier<ResponseHeader> header;

    Downgrades(
            MemberStore members,
            ReadGate gate,
            Function<Command, CompletableFuture<Outcome>> submit,
            Supplier<ResponseHeader> header) {
        this.members = members;
        this.gate = gate;
        this.submit = submit;
        this.header = header;
    }

    /** What a member says of it in its status. */
    DowngradeInfo info() {
        String target = members.downgradeTarget();
        return DowngradeInfo.newBuilder()
                .setEnabled(!target.isEmpty())
                .setTargetVersion(target)
                .build();
    }

    CompletableFuture<DowngradeResponse> answer(DowngradeRequest request) {
        return switch (request.getAction()) {
            case VALIDATE -> validate(request.getVersion());
            case ENABLE ->
                ClusterVersion.parse(request.getVersion())
                        .map(target -> agree(Optional.of(target)))
                        .orElseGet(() -> refused(EtcdError.WRONG_DOWNGRADE_VERSION_FORMAT));
            case CANCEL -> agree(Optional.empty());
            case UNRECOGNIZED -> refused(EtcdError.UNKNOWN_METHOD);
        };
    }

    private CompletableFuture<DowngradeResponse> validate(String version) {
        Optional<ClusterVersion> target = ClusterVersion.parse(version);
        if (target.isEmpty()) {
            return refused(EtcdError.WRONG_DOWNGRADE_VERSION_FORMAT);
        }
        CompletableFuture<DowngradeResponse> answer = new CompletableFuture<>();
        gate.linearizable(
                () -> members.refusalToDowngrade(target.get())
                        .ifPresentOrElse(
                                error -> answer.completeExceptionally(new EtcdException(error)),
                                () -> answer.complete(response())),
                answer::completeExceptionally);
        return answer;
    }

    private CompletableFuture<DowngradeResponse> agree(Optional<ClusterVersion> target) {
        return submit.apply(new Command.SetDowngrade(target)).thenApply(outcome -> {
            if (outcome instanceof Outcome.Rejected rejected) {
                throw new EtcdException(rejected.error());
            }
            return response();
        });
    }

    private DowngradeResponse response() {
        return DowngradeResponse.newBuilder()
                .setHeader(header.get())
                .setVersion(ClusterVersion.parse(members.clusterVersion())
                        .map(ClusterVersion::brief)
                        .orElse(""))
                .build();
    }

    private static CompletableFuture<DowngradeResponse> refused(EtcdError error) {
        return CompletableFuture.failedFuture(new EtcdException(error));
    }
}
