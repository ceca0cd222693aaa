package io.metastore.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SnapshotTriggerTest {

    private int taken;
    private boolean sending;

    private final SnapshotTrigger trigger = new SnapshotTrigger(
            Runnable::run,
            done -> {
                taken++;
                done.run(Status.OK());
            },
            10,
            1000,
            () -> sending);

    @Test
    void aSnapshotIsTakenForEntriesOrBytes() {
        trigger.applied(9, 999);
        assertThat(taken).isZero();
        trigger.applied(1, 0);
        assertThat(taken).isEqualTo(1);
        trigger.applied(1, 1000);
        assertThat(taken).isEqualTo(2);
    }

    @Test
    void noneIsTakenWhileAMemberGetsOneUntilTheLogIsFarTooLong() {
        sending = true;
        trigger.applied(159, 15_999);
        assertThat(taken).isZero();
        trigger.applied(1, 0);
        assertThat(taken).isEqualTo(1);
    }

    @Test
    void whatWasPutOffIsTakenWhenTheMemberHasIt() {
        sending = true;
        trigger.applied(20, 0);
        sending = false;
        trigger.applied(1, 0);
        assertThat(taken).isEqualTo(1);
    }
}
