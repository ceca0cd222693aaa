package io.metastore.raft;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How a member takes part. {@link #of} has etcd's defaults; the {@code with} methods change one thing each.
 *
 * @param group name of the cluster: letters, digits, - and _, a letter first; members of other groups are not heard
 * @param memberId who this is; not 0
 * @param voters the first configuration, this member among them; empty for one that joins and is told. Later ones come from
 *     the log
 * @param dir where {@code log/}, {@code meta/} and {@code snapshot/} are
 * @param readTimeout how long a read may wait for its barrier
 * @param snapshotEveryEntries entries after which a snapshot is taken, 0 for never
 * @param snapshotEveryBytes bytes of entries after which a snapshot is taken, 0 for never
 * @param segmentBytes size of a file of the log
 * @param maxInFlightBytes bytes of proposals that may be on their way
 * @param fsync false loses acknowledged writes with the power: only for tests
 * @param transport how members reach each other
 * @param snapshotBytesPerSecond how fast snapshots are sent to other members, all together; 0 for as fast as they are taken
 */
public record RaftConfig(
        String group,
        long memberId,
        List<Long> voters,
        Path dir,
        Duration electionTimeout,
        Duration heartbeatInterval,
        Duration readTimeout,
        long snapshotEveryEntries,
        long snapshotEveryBytes,
        int segmentBytes,
        long maxInFlightBytes,
        boolean fsync,
        PeerTransport transport,
        long snapshotBytesPerSecond) {

    /** A chunk of 1 MiB has ten seconds to arrive. */
    public static final long MIN_SNAPSHOT_RATE = 1 << 20;

    public RaftConfig {
        if (!group.matches("[a-zA-Z][a-zA-Z0-9_-]*")) {
            throw new IllegalArgumentException("not a name of a group: " + group);
        }
        voters = List.copyOf(voters);
        if (memberId == 0 || (!voters.isEmpty() && !voters.contains(memberId))) {
            throw new IllegalArgumentException("%x must be one of the voters %s".formatted(memberId, voters));
        }
        if (voters.stream().distinct().count() != voters.size()) {
            throw new IllegalArgumentException("member ids repeat in " + voters);
        }
        if (heartbeatInterval.isNegative()
                || heartbeatInterval.isZero()
                || electionTimeout.compareTo(heartbeatInterval.multipliedBy(2)) < 0) {
            throw new IllegalArgumentException("election timeout %s is too short for heartbeats every %s"
                    .formatted(electionTimeout, heartbeatInterval));
        }
        if (snapshotBytesPerSecond < 0 || (snapshotBytesPerSecond > 0 && snapshotBytesPerSecond < MIN_SNAPSHOT_RATE)) {
            throw new IllegalArgumentException(
                    "snapshots sent at %d bytes/s would time out".formatted(snapshotBytesPerSecond));
        }
    }

    public static RaftConfig of(String group, long memberId, List<Long> voters, Path dir) {
        return new RaftConfig(
                group,
                memberId,
                voters,
                dir,
                Duration.ofMillis(1000),
                Duration.ofMillis(100),
                Duration.ofSeconds(5),
                100_000,
                256L << 20,
                64 << 20,
                64L << 20,
                true,
                InProcessNetwork.shared(),
                0);
    }

    public RaftConfig withTimeouts(Duration election, Duration heartbeat) {
        return new RaftConfig(
                group,
                memberId,
                voters,
                dir,
                election,
                heartbeat,
                readTimeout,
                snapshotEveryEntries,
                snapshotEveryBytes,
                segmentBytes,
                maxInFlightBytes,
                fsync,
                transport,
                snapshotBytesPerSecond);
    }

    public RaftConfig withReadTimeout(Duration timeout) {
        return new RaftConfig(
                group,
                memberId,
                voters,
                dir,
                electionTimeout,
                heartbeatInterval,
                timeout,
                snapshotEveryEntries,
                snapshotEveryBytes,
                segmentBytes,
                maxInFlightBytes,
                fsync,
                transport,
                snapshotBytesPerSecond);
    }

    public RaftConfig withSnapshotEvery(long entries, long bytes) {
        return new RaftConfig(
                group,
                memberId,
                voters,
                dir,
                electionTimeout,
                heartbeatInterval,
                readTimeout,
                entries,
                bytes,
                segmentBytes,
                maxInFlightBytes,
                fsync,
                transport,
                snapshotBytesPerSecond);
    }

    public RaftConfig withSegmentBytes(int bytes) {
        return new RaftConfig(
                group,
                memberId,
                voters,
                dir,
                electionTimeout,
                heartbeatInterval,
                readTimeout,
                snapshotEveryEntries,
                snapshotEveryBytes,
                bytes,
                maxInFlightBytes,
                fsync,
                transport,
                snapshotBytesPerSecond);
    }

    public RaftConfig withMaxInFlightBytes(long bytes) {
        return new RaftConfig(
                group,
                memberId,
                voters,
                dir,
                electionTimeout,
                heartbeatInterval,
                readTimeout,
                snapshotEveryEntries,
                snapshotEveryBytes,
                segmentBytes,
                bytes,
                fsync,
                transport,
                snapshotBytesPerSecond);
    }

    public RaftConfig withFsync(boolean enabled) {
        return new RaftConfig(
                group,
                memberId,
                voters,
                dir,
                electionTimeout,
                heartbeatInterval,
                readTimeout,
                snapshotEveryEntries,
                snapshotEveryBytes,
                segmentBytes,
                maxInFlightBytes,
                enabled,
                transport,
                snapshotBytesPerSecond);
    }

    public RaftConfig withTransport(PeerTransport other) {
        return new RaftConfig(
                group,
                memberId,
                voters,
                dir,
                electionTimeout,
                heartbeatInterval,
                readTimeout,
                snapshotEveryEntries,
                snapshotEveryBytes,
                segmentBytes,
                maxInFlightBytes,
                fsync,
                other,
                snapshotBytesPerSecond);
    }

    public RaftConfig withSnapshotBytesPerSecond(long rate) {
        return new RaftConfig(
                group,
                memberId,
                voters,
                dir,
                electionTimeout,
                heartbeatInterval,
                readTimeout,
                snapshotEveryEntries,
                snapshotEveryBytes,
                segmentBytes,
                maxInFlightBytes,
                fsync,
                transport,
                rate);
    }
}
