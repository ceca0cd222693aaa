package io.metastore.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.google.protobuf.ByteString;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.AlarmMember;
import io.metastore.api.rpc.AlarmRequest;
import io.metastore.api.rpc.AlarmType;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.server.cluster.LocalCluster.LocalMember;
import io.metastore.server.config.Flag;
import io.metastore.server.corruption.CorruptionMonitor;
import io.metastore.server.process.Eventually;
import io.metastore.storage.engine.Bucket;
import io.metastore.storage.engine.Cursor;
import io.metastore.storage.engine.EngineBatch;
import io.metastore.storage.engine.EngineConfig;
import io.metastore.storage.engine.KvEngine;
import io.metastore.storage.engine.RocksEngine;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Members whose data differs, because it was changed beneath one of them, are found. */
@Timeout(90)
class CorruptionTest {
    private static final Map<Flag, String> STATES = Map.of(Flag.CORRUPT_CHECK_TIME, "50ms");
    private static final Map<Flag, String> COMPACTIONS =
            Map.of(Flag.FEATURE_GATES, "CompactHashCheck=true", Flag.COMPACT_HASH_CHECK_TIME, "50ms");
    private static final Map<Flag, String> AT_START = Map.of(Flag.FEATURE_GATES, "InitialCorruptCheck=true");

    @TempDir
    Path directory;

    private LocalCluster cluster;

    @AfterEach
    void close() {
        if (cluster != null) {
            cluster.close();
            assertThat(cluster.failures).isEmpty();
        }
    }

    private void start(Map<Flag, String> checks) throws Exception {
        Map<Flag, String> options = new HashMap<>(checks);
        options.put(Flag.STORAGE_ENGINE, "rocksdb");
        cluster = new LocalCluster(directory, 3, options);
    }

    private static KVGrpc.KVBlockingStub kv(LocalMember member) {
        return KVGrpc.newBlockingStub(member.channel()).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    private static long put(LocalMember member, String key) {
        ByteString bytes = ByteString.copyFromUtf8(key);
        return kv(member)
                .put(PutRequest.newBuilder().setKey(bytes).setValue(bytes).build())
                .getHeader()
                .getRevision();
    }

    private static void compact(LocalMember member, long revision) {
        var unused = kv(member)
                .compact(CompactionRequest.newBuilder().setRevision(revision).build());
    }

    private static List<AlarmMember> alarms(LocalMember member, AlarmRequest request) {
        return MaintenanceGrpc.newBlockingStub(member.channel())
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .alarm(request)
                .getAlarmsList();
    }

    private static AlarmMember corrupt(long id) {
        return AlarmMember.newBuilder()
                .setAlarm(AlarmType.CORRUPT)
                .setMemberID(id)
                .build();
    }

    private static void awaitAlarm(LocalMember member, AlarmMember alarm) throws Exception {
        Eventually.answer(LocalCluster.BOUND, () -> {
            assertThat(alarms(member, AlarmRequest.getDefaultInstance())).containsExactly(alarm);
            return alarm;
        });
    }

    /** Flips a bit in the value of the first record that a stopped member has. */
    private void alter(String name) throws Exception {
        try (KvEngine engine =
                RocksEngine.open(directory.resolve(name).resolve("member").resolve("state"), EngineConfig.DEFAULT)) {
            byte[] key;
            byte[] value;
            try (Cursor cursor = engine.cursor(Bucket.REV, null, null)) {
                assertThat(cursor.next()).isTrue();
                key = cursor.key();
                value = cursor.value();
            }
            value[value.length - 1] ^= 1;
            EngineBatch batch = engine.newBatch();
            batch.put(Bucket.REV, key, value);
            engine.write(batch);
            engine.flush();
        }
    }

    /** Some data, and a follower that stopped after it had all of it. */
    private LocalMember stoppedFollower() throws Exception {
        LocalMember follower = cluster.awaitFollower();
        for (int i = 0; i < 10; i++) {
            put(follower, "key-" + i);
        }
        cluster.stop(follower);
        return follower;
    }

    @Test
    void aFollowerWhoseStateDiffersIsAccusedAndWritesStop() throws Exception {
        start(STATES);
        LocalMember stopped = stoppedFollower();
        alter(stopped.name());
        LocalMember altered = cluster.join(stopped.name());
        LocalMember leader = cluster.awaitLeader();

        long id = altered.id();
        awaitAlarm(leader, corrupt(id));
        awaitAlarm(altered, corrupt(id));
        assertThatThrownBy(() -> put(leader, "a")).hasMessageContaining(EtcdError.CORRUPT.text());
        assertThatThrownBy(() -> compact(leader, 2)).hasMessageContaining(EtcdError.CORRUPT.text());
        assertThat(kv(leader)
                        .range(RangeRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("key-1"))
                                .build())
                        .getCount())
                .isEqualTo(1);

        cluster.stop(altered);
        AlarmRequest disarm = AlarmRequest.newBuilder()
                .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
                .setAlarm(AlarmType.CORRUPT)
                .setMemberID(id)
                .build();
        assertThat(Eventually.answer(LocalCluster.BOUND, () -> {
                    var unused = alarms(leader, disarm);
                    return put(leader, "after");
                }))
                .isPositive();
    }

    @Test
    void aMemberWhoseCompactedHistoryDiffersIsAccused() throws Exception {
        start(COMPACTIONS);
        LocalMember stopped = stoppedFollower();
        alter(stopped.name());
        LocalMember altered = cluster.join(stopped.name());
        LocalMember leader = cluster.awaitLeader();

        compact(leader, put(leader, "b"));

        // Who has not finished the compaction when it is asked does not count for the majority: then the cluster is
        // accused.
        AlarmMember alarm =
                Eventually.answer(LocalCluster.BOUND, () -> alarms(leader, AlarmRequest.getDefaultInstance())
                        .get(0));
        assertThat(alarm).isIn(corrupt(altered.id()), corrupt(0));
    }

    @Test
    void aMemberWhoseDataDiffersDoesNotStart() throws Exception {
        start(AT_START);
        LocalMember stopped = stoppedFollower();
        alter(stopped.name());

        assertThatThrownBy(() -> cluster.join(stopped.name()))
                .rootCause()
                .hasMessageContaining("found data inconsistency with peers");

        alter(stopped.name());
        assertThat(put(cluster.join(stopped.name()), "healed")).isPositive();
    }

    @Test
    void healthyMembersAreNotAccusedBesideLoadAndCompactions() throws Exception {
        AtomicInteger states = new AtomicInteger();
        AtomicInteger compactions = new AtomicInteger();
        Logger log = (Logger) LoggerFactory.getLogger(CorruptionMonitor.class);
        AppenderBase<ILoggingEvent> counter = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                String line = event.getFormattedMessage();
                if (line.contains("complete=true accused=0")) {
                    (line.contains("compaction") ? compactions : states).incrementAndGet();
                }
            }
        };
        counter.start();
        log.addAppender(counter);
        try {
            Map<Flag, String> all = new HashMap<>(STATES);
            all.putAll(COMPACTIONS);
            all.put(Flag.FEATURE_GATES, "CompactHashCheck=true,InitialCorruptCheck=true");
            start(all);
            for (int i = 0; states.get() < 10 || compactions.get() < 5; i++) {
                for (LocalMember member : cluster.members()) {
                    long revision = put(member, "key-" + i % 7);
                    if (i % 10 == 9 && member == cluster.members().iterator().next()) {
                        compact(member, revision);
                    }
                }
            }
            LocalMember again = cluster.awaitFollower();
            cluster.stop(again);
            put(cluster.join(again.name()), "again");
            for (LocalMember member : cluster.members()) {
                assertThat(alarms(member, AlarmRequest.getDefaultInstance())).isEmpty();
            }
        } finally {
            log.detachAppender(counter);
        }
    }
}
