package io.metastore.storage.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.api.EtcdError;
import io.metastore.api.rpc.LeaseGrantResponse;
import io.metastore.storage.lease.Lease;
import io.metastore.storage.lease.LeaseListener;
import io.metastore.storage.mvcc.Key;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LeaseCommandsTest {
    private final Machine machine = new Machine();

    @AfterEach
    void close() {
        machine.close();
    }

    @Test
    void aGrantAnswersWithIdAndTtlAndTakesNoRevision() {
        Outcome.Applied granted = machine.applied(Commands.grant(7, 60));

        assertThat(Machine.answer(granted, LeaseGrantResponse.newBuilder()))
                .isEqualTo(LeaseGrantResponse.newBuilder()
                        .setHeader(WorkedVectorsTest.at(1))
                        .setID(7)
                        .setTTL(60)
                        .build());
        assertThat(machine.state.leases().find(7)).contains(new Lease(7, 60, 0));
    }

    @Test
    void grantsAreRefusedInEtcdsOrder() {
        machine.applied(Commands.grant(7, Lease.MAX_TTL_SECONDS));

        assertThat(machine.rejected(Commands.grant(7, 60))).isEqualTo(EtcdError.LEASE_EXIST);
        assertThat(machine.rejected(Commands.grant(7, Lease.MAX_TTL_SECONDS + 1)))
                .isEqualTo(EtcdError.LEASE_TTL_TOO_LARGE);
        assertThat(machine.rejected(Commands.grant(0, 60))).isEqualTo(EtcdError.LEASE_NOT_FOUND);
        machine.applied(Commands.grant(-7, 60));
    }

    @Test
    void aRevokeWithoutKeysTakesNoRevisionAndAnUnknownOneIsRefused() {
        machine.applied(Commands.grant(7, 60));

        assertThat(machine.applied(Commands.revoke(7)).revision()).isEqualTo(1);
        assertThat(machine.rejected(Commands.revoke(7))).isEqualTo(EtcdError.LEASE_NOT_FOUND);
        assertThat(machine.rejected(Commands.put("a lease=7"))).isEqualTo(EtcdError.LEASE_NOT_FOUND);
        assertThat(machine.get("a").getCount()).isZero();
    }

    @Test
    void aKeyIsAttachedToTheLeaseOfItsLatestPut() {
        machine.applied(Commands.grant(1, 60));
        machine.applied(Commands.grant(2, 60));

        machine.put("a lease=1");
        machine.put("b lease=1");
        assertAttached(1, "a", "b");
        machine.put("a lease=2");
        assertAttached(1, "b");
        assertAttached(2, "a");
        machine.put("a=x ignore_lease");
        assertAttached(2, "a");
        machine.put("a=x");
        assertAttached(2);
        machine.put("c lease=2");
        machine.delete(">=b");
        assertAttached(1);
        assertAttached(2);
        machine.txn("then put d lease=1, txn{then delete d}, txn{then put e lease=1}");
        assertAttached(1, "e");
    }

    @Test
    void leasesWhoseIdsAreNeighboursDoNotShareKeys() {
        for (long id : new long[] {-1, 1, 2, Long.MAX_VALUE, Long.MIN_VALUE}) {
            machine.applied(Commands.grant(id, 60));
            machine.put("k%d lease=%d".formatted(id, id));
        }
        for (long id : new long[] {-1, 1, 2, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertAttached(id, "k" + id);
        }
    }

    @Test
    void whatABatchAttachesItCanRevoke() {
        StateMachine state = machine.state;
        state.apply(Commands.grant(7, 60), Machine.INDEX, Machine.TERM);
        state.apply(Commands.put("a lease=7"), Machine.INDEX, Machine.TERM);
        state.apply(Commands.put("b lease=7"), Machine.INDEX, Machine.TERM);
        state.apply(Commands.put("b=2"), Machine.INDEX, Machine.TERM);
        state.apply(Commands.revoke(7), Machine.INDEX, Machine.TERM);
        assertThat(state.apply(Commands.put("c lease=7"), Machine.INDEX, Machine.TERM))
                .isEqualTo(new Outcome.Rejected(EtcdError.LEASE_NOT_FOUND));
        assertThat(state.leases().find(7)).isEmpty();
        state.commit(1, Machine.TERM);

        assertThat(machine.events).containsExactly("PUT a@2.0", "PUT b@3.0", "PUT b@4.0", "DELETE a@5.0");
        assertThat(machine.get("b").getCount()).isOne();
        assertAttached(7);
    }

    @Test
    void expiredLeasesEndInOneCommandButEachInItsOwnRevision() {
        for (long id = 1; id <= 3; id++) {
            machine.applied(Commands.grant(id, 60));
        }
        machine.put("a lease=1");
        machine.put("b lease=3");
        machine.put("c lease=3");
        machine.events.clear();

        Outcome.Applied ended = machine.applied(new Command.RevokeExpired(List.of(3L, 2L, 9L, 1L), Machine.TERM));

        assertThat(ended.revision()).isEqualTo(6);
        assertThat(machine.events).containsExactly("DELETE b@5.0", "DELETE c@5.1", "DELETE a@6.0");
        assertThat(machine.state.leases().size()).isZero();
    }

    @Test
    void whatALeaderOfAnotherTermCountedEndsNothing() {
        machine.applied(Commands.grant(1, 60));
        machine.put("a lease=1");

        assertThat(machine.rejected(new Command.RevokeExpired(List.of(1L), Machine.TERM - 1)))
                .isEqualTo(EtcdError.LEADER_CHANGED);
        assertAttached(1, "a");
    }

    @Test
    void aCheckpointIsKeptAndAnUnknownLeasePassedOver() {
        machine.applied(Commands.grant(1, 600));

        machine.applied(Commands.checkpoint(1, 400));
        machine.applied(Commands.checkpoint(2, 400));

        assertThat(machine.state.leases().find(1)).contains(new Lease(1, 600, 400));
        assertThat(machine.state.leases().find(2)).isEmpty();
    }

    @Test
    void leasesAndTheirKeysSurviveAStart() {
        machine.applied(Commands.grant(1, 600));
        machine.applied(Commands.checkpoint(1, 400));
        machine.put("a lease=1");
        machine.state.close();

        try (StateMachine again = StateMachine.open(machine.engine, StateConfig.DEFAULT)) {
            assertThat(again.leases().all()).containsExactly(new Lease(1, 600, 400));
            assertThat(again.leases().keysOf(1)).containsExactly(Key.of("a"));
        }
    }

    @Test
    void listenersHearOfPublishedChangesInTheirOrder() {
        List<String> heard = new ArrayList<>();
        machine.applied(Commands.grant(9, 9));
        machine.state.leases().addListener(new LeaseListener() {
            @Override
            public void granted(Lease lease) {
                heard.add("granted " + lease.id());
            }

            @Override
            public void checkpointed(Lease lease) {
                heard.add("checkpointed " + lease.id() + " " + lease.remainingSeconds());
            }

            @Override
            public void revoked(long id) {
                heard.add("revoked " + id);
            }

            @Override
            public void reset(Collection<Lease> leases) {
                heard.add("reset " + leases.size());
            }
        });
        StateMachine state = machine.state;
        state.apply(Commands.grant(1, 60), Machine.INDEX, Machine.TERM);
        state.apply(Commands.revoke(1), Machine.INDEX, Machine.TERM);
        state.apply(Commands.grant(1, 60), Machine.INDEX, Machine.TERM);
        state.apply(Commands.checkpoint(1, 5), Machine.INDEX, Machine.TERM);
        assertThat(heard).containsExactly("reset 1");
        state.commit(machine.index() + 1, Machine.TERM);

        assertThat(heard).containsExactly("reset 1", "granted 1", "revoked 1", "granted 1", "checkpointed 1 5");
        assertThat(state.leases().find(1)).contains(new Lease(1, 60, 5));
    }

    private void assertAttached(long lease, String... keys) {
        assertThat(machine.state.leases().keysOf(lease).stream().map(Key::toString))
                .containsExactly(keys);
    }
}
