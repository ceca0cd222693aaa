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
    SLOW_NETWORK;

    /** Whether two members that reach each other are left, so that writes must go on while it lasts. */
    boolean leavesMajority() {
        return this != KILL_ALL && this != ALL_ALONE;
    }
}
