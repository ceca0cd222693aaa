package io.metastore.server.process.faults;

/** What can happen to a cluster of three. Who leads is looked up when it happens. */
enum FaultKind {
    KILL_LEADER,
    KILL_FOLLOWER,
    KILL_ALL,
    PAUSE_LEADER,
    PAUSE_FOLLOWER,
    LEADER_ALONE,
    FOLLOWER_ALONE,
    /** What the leader sends is lost, what it is sent arrives. */
    LEADER_NOT_HEARD,
    LEADER_HEARS_NOTHING,
    FOLLOWER_NOT_HEARD,
    FOLLOWER_HEARS_NOTHING,
    /** The leader and one follower do not reach each other; the other follower reaches both. */
    LEADER_AND_FOLLOWER_APART,
    ALL_ALONE,
    SLOW_LEADER,
    SLOW_NETWORK,
    /** What was not yet on the leader's disk is gone. */
    POWER_CUT_LEADER(Means.DISKS),
    POWER_CUT_FOLLOWER(Means.DISKS),
    POWER_CUT_ALL(Means.DISKS),
    /** From one moment on the disk answers everything with EIO. */
    DISK_FAILS(Means.DISKS),
    /** So little room is left that the member must raise an alarm, and none of them takes what needs more. */
    DISK_NEARLY_FULL(Means.DISKS),
    /** No byte is left: ENOSPC for whatever grows. */
    DISK_FULL(Means.DISKS),
    /** One sync of the log answers EIO, and the ones after it success, as the kernel does. */
    LOG_SYNC_FAILS(Means.PRELOAD),
    /** The same for a file of the state. */
    STATE_SYNC_FAILS(Means.PRELOAD),
    /** Minutes ahead or back, and right again. */
    CLOCK_OF_ONE_JUMPS(Means.PRELOAD),
    /** The leader's ahead, the others' back, and again, several times. */
    CLOCKS_JUMP_APART(Means.PRELOAD),
    /** In what was synced and committed, of a member that is down; it is replaced. */
    LOG_BIT_FLIPS,
    /** The same in the files of the state. */
    STATE_BITS_FLIP;

    private final Means means;

    FaultKind() {
        this(Means.NONE);
    }

    FaultKind(Means means) {
        this.means = means;
    }

    /** What the machine must have for it. */
    Means means() {
        return means;
    }

    /** Whether two members that take writes are left, so that writes must go on while it lasts. */
    boolean leavesMajority() {
        return switch (this) {
            case KILL_ALL, ALL_ALONE, POWER_CUT_ALL, DISK_NEARLY_FULL, DISK_FULL -> false;
            default -> true;
        };
    }
}
