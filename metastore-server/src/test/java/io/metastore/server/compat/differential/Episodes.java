package io.metastore.server.compat.differential;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.AlarmMember;
import io.metastore.api.rpc.AlarmRequest;
import io.metastore.api.rpc.AlarmResponse;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.HashKVRequest;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrantResponse;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LeaseKeepAliveRequest;
import io.metastore.api.rpc.LeaseLeasesRequest;
import io.metastore.api.rpc.LeaseRevokeRequest;
import io.metastore.api.rpc.LeaseTimeToLiveRequest;
import io.metastore.api.rpc.LeaseTimeToLiveResponse;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.server.process.Eventually;
import java.time.Duration;

/** The steps that are several calls long. Between them nothing else happens, so what time does can be waited for. */
final class Episodes {

    private static final Duration EXPIRY_SLACK = Duration.ofSeconds(20);
    private static final long MORTAL_LEASE = 1_000_001;
    private static final int LARGE_VALUES = 14;
    private static final int LARGE_VALUE_BYTES = 200 << 10;

    private final LockStep run;
    private int restarts;

    Episodes(LockStep run) {
        this.run = run;
    }

    void play(Step.Episode episode) {
        switch (episode) {
            case LEASE_EXPIRES -> leaseExpires();
            case QUIET -> quiet();
            case FRAGMENTS -> fragments();
            case SERVER_CHOSEN_LEASE -> serverChosenLease();
            case DISARM -> disarm();
            case RESTART -> restart();
        }
    }

    /** One lease with keys and some without: those may end in any order, so only one may change the revision. */
    private void leaseExpires() {
        long[] ttls = {3, 0, -5, 1, Long.MIN_VALUE};
        long granted = System.nanoTime();
        for (int i = 0; i < ttls.length; i++) {
            run.call(Rpc.of(
                    LeaseGrpc.getLeaseGrantMethod(),
                    LeaseGrantRequest.newBuilder()
                            .setID(MORTAL_LEASE + i)
                            .setTTL(ttls[i])
                            .build()));
        }
        for (String key : new String[] {"k3", "p/07", "mortal", "k1"}) {
            run.call(Rpc.of(
                    KVGrpc.getPutMethod(),
                    PutRequest.newBuilder()
                            .setKey(Keys.utf8(key))
                            .setLease(MORTAL_LEASE)
                            .build()));
        }
        run.call(Rpc.of(
                LeaseGrpc.getLeaseKeepAliveMethod(),
                LeaseKeepAliveRequest.newBuilder().setID(MORTAL_LEASE).build()));
        run.call(timeToLive(MORTAL_LEASE));
        run.call(Rpc.of(
                LeaseGrpc.getLeaseTimeToLiveMethod(),
                LeaseTimeToLiveRequest.newBuilder()
                        .setID(MORTAL_LEASE)
                        .setKeys(true)
                        .build()));
        for (int i = 0; i < ttls.length; i++) {
            run.knowledge().forgetLease(MORTAL_LEASE + i);
            awaitExpiry(run.first(), MORTAL_LEASE + i, granted, Math.max(2, ttls[i]));
            awaitExpiry(run.second(), MORTAL_LEASE + i, granted, Math.max(2, ttls[i]));
        }
        run.call(Rpc.of(LeaseGrpc.getLeaseLeasesMethod(), LeaseLeasesRequest.getDefaultInstance()));
        run.call(Rpc.of(
                KVGrpc.getRangeMethod(),
                RangeRequest.newBuilder().setKey(Keys.utf8("mortal")).build()));
        run.mix().barrier(run.fence());
    }

    private static void awaitExpiry(Side side, long lease, long grantedNanos, long ttlSeconds) {
        Rpc question = timeToLive(lease);
        Eventually.await(
                EXPIRY_SLACK,
                () -> "%s ends lease %d of %d s".formatted(side.name(), lease, ttlSeconds),
                () -> question.on(side.channel())
                                .join()
                                .message(LeaseTimeToLiveResponse.class)
                                .getTTL()
                        == -1);
        long lived = System.nanoTime() - grantedNanos;
        if (lived < Duration.ofSeconds(ttlSeconds).toNanos()) {
            throw new Difference("%s ended lease %d of %d s after %s"
                    .formatted(side.name(), lease, ttlSeconds, Duration.ofNanos(lived)));
        }
    }

    private static Rpc timeToLive(long lease) {
        return Rpc.of(
                LeaseGrpc.getLeaseTimeToLiveMethod(),
                LeaseTimeToLiveRequest.newBuilder().setID(lease).build());
    }

    private void quiet() {
        long revision = run.fence();
        run.mix().barrier(revision);
        run.mix().streams().stream()
                .filter(stream -> stream.awaitsPeriodicProgress(revision))
                .forEach(stream -> stream.awaitPeriodicProgress(revision));
    }

    private void fragments() {
        long from = run.knowledge().revision() + 1;
        for (int i = 0; i < LARGE_VALUES; i++) {
            run.call(Rpc.of(
                    KVGrpc.getPutMethod(),
                    PutRequest.newBuilder()
                            .setKey(Keys.utf8("f/" + i))
                            .setValue(ByteString.copyFrom(new byte[LARGE_VALUE_BYTES]))
                            .build()));
        }
        StreamPair stream = new StreamPair(run.first(), run.second(), false);
        run.mix().streams().add(stream);
        for (boolean fragment : new boolean[] {true, false}) {
            stream.create(
                    WatchCreateRequest.newBuilder()
                            .setKey(Keys.utf8("f/"))
                            .setRangeEnd(Keys.utf8("f0"))
                            .setStartRevision(from)
                            .setFragment(fragment)
                            .build(),
                    run.knowledge().compacted(),
                    run::fence);
        }
        run.mix().streams().remove(stream);
        stream.close(run.fence());
        run.call(Rpc.of(
                KVGrpc.getDeleteRangeMethod(),
                DeleteRangeRequest.newBuilder()
                        .setKey(Keys.utf8("f/"))
                        .setRangeEnd(Keys.utf8("f0"))
                        .build()));
    }

    /** The two ids differ, so the answers are looked at here: positive, new, and good for what an id is good for. */
    private void serverChosenLease() {
        for (Side side : new Side[] {run.first(), run.second()}) {
            Answer granted = on(
                    side,
                    Rpc.of(
                            LeaseGrpc.getLeaseGrantMethod(),
                            LeaseGrantRequest.newBuilder().setTTL(600).build()));
            long id = granted.message(LeaseGrantResponse.class).getID();
            if (id <= 0 || run.knowledge().leases().contains(id)) {
                throw new Difference("%s chose lease id %d".formatted(side.name(), id));
            }
            LeaseTimeToLiveResponse left = on(side, timeToLive(id)).message(LeaseTimeToLiveResponse.class);
            if (left.getGrantedTTL() != 600 || left.getTTL() > 600 || left.getTTL() < 590) {
                throw new Difference("%s: time to live of a new lease of 600 s is %s".formatted(side.name(), left));
            }
            on(
                    side,
                    Rpc.of(
                            LeaseGrpc.getLeaseRevokeMethod(),
                            LeaseRevokeRequest.newBuilder().setID(id).build()));
        }
        run.call(Rpc.of(LeaseGrpc.getLeaseLeasesMethod(), LeaseLeasesRequest.getDefaultInstance()));
    }

    private static Answer on(Side side, Rpc rpc) {
        Answer answer = rpc.on(side.channel()).join();
        if (!answer.isOk()) {
            throw new Difference("%s refuses %s: %s".formatted(side.name(), rpc, answer));
        }
        return answer;
    }

    private void disarm() {
        Answer alarms = run.call(Rpc.of(MaintenanceGrpc.getAlarmMethod(), AlarmRequest.getDefaultInstance()));
        for (AlarmMember alarm : alarms.message(AlarmResponse.class).getAlarmsList()) {
            run.call(Rpc.of(
                    MaintenanceGrpc.getAlarmMethod(),
                    AlarmRequest.newBuilder()
                            .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
                            .setMemberID(alarm.getMemberID())
                            .setAlarm(alarm.getAlarm())
                            .build()));
        }
        run.knowledge().alarmsAreOff();
    }

    private void restart() {
        disarm();
        run.mix().barrier(run.fence());
        run.mix().abandon();
        boolean byForce = restarts++ % 2 == 0;
        long begun = System.nanoTime();
        run.first().restart(byForce);
        run.second().restart(byForce);
        run.knowledge().restarted(Duration.ofNanos(System.nanoTime() - begun));
        run.call(Rpc.of(MaintenanceGrpc.getHashKVMethod(), HashKVRequest.getDefaultInstance()));
        run.call(Rpc.of(
                KVGrpc.getRangeMethod(),
                RangeRequest.newBuilder()
                        .setKey(Keys.ZERO)
                        .setRangeEnd(Keys.ZERO)
                        .build()));
    }
}
