package io.metastore.server.compat.differential;

import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.metastore.api.rpc.AlarmRequest;
import io.metastore.api.rpc.AlarmRequest.AlarmAction;
import io.metastore.api.rpc.AlarmType;
import io.metastore.api.rpc.ClusterGrpc;
import io.metastore.api.rpc.DefragmentRequest;
import io.metastore.api.rpc.HashKVRequest;
import io.metastore.api.rpc.HashRequest;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LeaseKeepAliveRequest;
import io.metastore.api.rpc.LeaseLeasesRequest;
import io.metastore.api.rpc.LeaseRevokeRequest;
import io.metastore.api.rpc.LeaseTimeToLiveRequest;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.MemberListRequest;
import io.metastore.api.rpc.StatusRequest;
import java.util.Random;

/** Chooses the next step: the same steps for the same seed, as long as the answers are the same. */
final class Generator {

    /** While an alarm is on, most writes are refused; it is not left on for long. */
    private static final int ALARM_STEPS = 40;

    private static final int LEASE_IDS = 40;
    private static final long LARGEST_TTL = 9_000_000_000L;

    private final Random random;
    private final KvGenerator kv;
    private final TxnGenerator txn;
    private final WatchGenerator watches;
    private int alarmStepsLeft;

    Generator(long seed) {
        this.random = new Random(seed);
        Keys keys = new Keys(random);
        this.kv = new KvGenerator(random, keys);
        this.txn = new TxnGenerator(random, keys, kv);
        this.watches = new WatchGenerator(random, keys);
    }

    Step next(Knowledge knowledge, WatchMix mix) {
        if (knowledge.alarmed() && --alarmStepsLeft <= 0) {
            return new Step.Play(Step.Episode.DISARM);
        }
        if (random.nextInt(400) == 0) {
            return new Step.Http(random.nextBoolean() ? "/health" : "/version");
        }
        // While most writes are refused, there is nothing for watches to see.
        Step watch = knowledge.alarmed() ? null : watches.next(knowledge, mix);
        return watch != null ? watch : new Step.Call(request(knowledge));
    }

    /** Rare things, most of them several calls long. */
    Step rarity() {
        return switch (random.nextInt(8)) {
            case 0 -> new Step.Play(Step.Episode.FRAGMENTS);
            case 1 -> new Step.Play(Step.Episode.QUIET);
            case 2, 3 -> new Step.Play(Step.Episode.LEASE_EXPIRES);
            case 4 -> new Step.Play(Step.Episode.SERVER_CHOSEN_LEASE);
            case 5 -> new Step.Call(Rpc.of(KVGrpc.getPutMethod(), kv.tooLarge()));
            case 6 -> call(MaintenanceGrpc.getDefragmentMethod(), DefragmentRequest.getDefaultInstance());
            default -> raiseAlarm();
        };
    }

    private Rpc request(Knowledge knowledge) {
        Rpc rpc = plainRequest(knowledge);
        int choice = random.nextInt(60);
        if (choice == 0) {
            return rpc.withMetadata("hasleader", "true");
        }
        return choice == 1 ? rpc.withMetadata("client-api-version", "3.7") : rpc;
    }

    private Rpc plainRequest(Knowledge knowledge) {
        int choice = random.nextInt(1000);
        if (choice < 260) {
            return Rpc.of(KVGrpc.getPutMethod(), kv.put(knowledge));
        }
        if (choice < 350) {
            return Rpc.of(KVGrpc.getDeleteRangeMethod(), kv.delete());
        }
        if (choice < 570) {
            return Rpc.of(KVGrpc.getRangeMethod(), kv.range(knowledge));
        }
        if (choice < 630) {
            return Rpc.of(KVGrpc.getRangeStreamMethod(), kv.stream(knowledge));
        }
        if (choice < 850) {
            return Rpc.of(KVGrpc.getTxnMethod(), txn.next(knowledge));
        }
        if (choice < 853) {
            return Rpc.of(KVGrpc.getTxnMethod(), txn.bulk());
        }
        if (choice < 857) {
            return Rpc.of(KVGrpc.getCompactMethod(), kv.compact(knowledge));
        }
        return choice < 945 ? lease(knowledge) : maintenance(knowledge);
    }

    private Rpc lease(Knowledge knowledge) {
        int choice = random.nextInt(100);
        if (choice < 35) {
            return Rpc.of(LeaseGrpc.getLeaseGrantMethod(), grant());
        }
        if (choice < 50) {
            return Rpc.of(
                    LeaseGrpc.getLeaseRevokeMethod(),
                    LeaseRevokeRequest.newBuilder().setID(kv.lease(knowledge)).build());
        }
        if (choice < 70) {
            LeaseKeepAliveRequest[] requests = new LeaseKeepAliveRequest[random.nextInt(4)];
            for (int i = 0; i < requests.length; i++) {
                requests[i] = LeaseKeepAliveRequest.newBuilder()
                        .setID(kv.lease(knowledge))
                        .build();
            }
            return Rpc.of(LeaseGrpc.getLeaseKeepAliveMethod(), requests);
        }
        if (choice < 90) {
            return Rpc.of(
                    LeaseGrpc.getLeaseTimeToLiveMethod(),
                    LeaseTimeToLiveRequest.newBuilder()
                            .setID(kv.lease(knowledge))
                            .setKeys(random.nextBoolean())
                            .build());
        }
        return Rpc.of(LeaseGrpc.getLeaseLeasesMethod(), LeaseLeasesRequest.getDefaultInstance());
    }

    /** Leases that outlast the run; how one ends by time is an episode of its own. */
    private LeaseGrantRequest grant() {
        long id = random.nextInt(20) == 0 ? random.nextLong() >>> 1 : 1 + random.nextInt(LEASE_IDS);
        long ttl =
                switch (random.nextInt(12)) {
                    case 0 -> LARGEST_TTL;
                    case 1 -> LARGEST_TTL + 1 + random.nextInt(5);
                    case 2 -> Long.MAX_VALUE;
                    default -> 20_000 + random.nextInt(1_000_000);
                };
        return LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl).build();
    }

    private Rpc maintenance(Knowledge knowledge) {
        return switch (random.nextInt(12)) {
            case 0, 1, 2, 3, 4 -> Rpc.of(MaintenanceGrpc.getHashKVMethod(), hashKv(knowledge));
            case 5 -> Rpc.of(MaintenanceGrpc.getHashMethod(), HashRequest.getDefaultInstance());
            case 6, 7 -> Rpc.of(MaintenanceGrpc.getStatusMethod(), StatusRequest.getDefaultInstance());
            case 8 ->
                Rpc.of(
                        ClusterGrpc.getMemberListMethod(),
                        MemberListRequest.newBuilder()
                                .setLinearizable(random.nextBoolean())
                                .build());
            case 9 -> Rpc.of(MaintenanceGrpc.getAlarmMethod(), alarm(AlarmAction.GET));
            case 10 -> Rpc.of(MaintenanceGrpc.getAlarmMethod(), alarm(AlarmAction.DEACTIVATE));
            default ->
                Rpc.of(
                        HealthGrpc.getCheckMethod(),
                        HealthCheckRequest.newBuilder()
                                .setService(random.nextInt(3) == 0 ? "other" : "")
                                .build());
        };
    }

    private HashKVRequest hashKv(Knowledge knowledge) {
        var compactions = knowledge.compactions();
        long revision = !compactions.isEmpty() && random.nextInt(4) == 0
                ? compactions.get(compactions.size() - 1 - random.nextInt(Math.min(12, compactions.size())))
                : kv.revision(knowledge);
        return HashKVRequest.newBuilder().setRevision(revision).build();
    }

    private Step raiseAlarm() {
        alarmStepsLeft = ALARM_STEPS;
        return call(MaintenanceGrpc.getAlarmMethod(), alarm(AlarmAction.ACTIVATE));
    }

    private AlarmRequest alarm(AlarmAction action) {
        return AlarmRequest.newBuilder()
                .setAction(action)
                .setMemberID(random.nextInt(3))
                .setAlarmValue(
                        switch (random.nextInt(8)) {
                            case 0 -> AlarmType.NONE_VALUE;
                            case 1, 2 -> AlarmType.CORRUPT_VALUE;
                            default -> AlarmType.NOSPACE_VALUE;
                        })
                .build();
    }

    private static Step call(io.grpc.MethodDescriptor<?, ?> method, com.google.protobuf.Message request) {
        return new Step.Call(Rpc.of(method, request));
    }
}
