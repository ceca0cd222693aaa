package io.metastore.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.server.process.history.EventLog;
import io.metastore.server.process.history.Violation;
import io.metastore.server.process.history.Violation.Rule;
import io.metastore.server.process.history.WatchChecker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The checker finds a bug that real servers had: compacted at the revision of a delete, etcd before 3.4.34 did not tell the
 * delete to a watch from that revision (etcd issue 18089).
 */
@Tag("compat")
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class CatchesRealBugIT {

    private static final ByteString KEY = ByteString.copyFromUtf8("k");
    private static final Duration BOUND = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    @Test
    void theOldEtcdIsCaught() {
        assertThat(watchFromTheCompactedDelete(Binaries.oldEtcd()))
                .extracting(Violation::rule)
                .contains(Rule.WATCH_IS_COMPLETE);
    }

    @Test
    void theNewEtcdPasses() {
        assertThat(watchFromTheCompactedDelete(Binaries.etcd())).isEmpty();
    }

    @Test
    void wePass() {
        assertThat(watchFromTheCompactedDelete(Binaries.metastore())).isEmpty();
    }

    private List<Violation> watchFromTheCompactedDelete(Program program) {
        try (ProcessMember member = new ProcessMember(program, directory.resolve("data")).start()) {
            ManagedChannel channel = member.channel();
            KVGrpc.KVBlockingStub kv =
                    KVGrpc.newBlockingStub(channel).withWaitForReady().withDeadlineAfter(60, TimeUnit.SECONDS);
            PutRequest put = PutRequest.newBuilder().setKey(KEY).setValue(KEY).build();
            kv.put(put);
            kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(KEY).build());
            kv.compact(CompactionRequest.newBuilder()
                    .setRevision(3)
                    .setPhysical(true)
                    .build());
            kv.put(put);
            RecordedWatch watch = RecordedWatch.start(
                    channel,
                    WatchCreateRequest.newBuilder()
                            .setKey(KEY)
                            .setStartRevision(3)
                            .build());
            Eventually.await(BOUND, () -> "the put after the delete is told", () -> watch.responses().stream()
                    .anyMatch(response -> response.getEventsList().stream().anyMatch(event -> revisionOf(event) == 4)));
            watch.close();
            channel.shutdownNow();
            return WatchChecker.check(watch.record(4), history());
        }
    }

    private static EventLog history() {
        EventLog log = new EventLog();
        for (long revision : new long[] {2, 4}) {
            log.add(put(revision));
            if (revision == 2) {
                log.add(Event.newBuilder()
                        .setType(Event.EventType.DELETE)
                        .setKv(KeyValue.newBuilder().setKey(KEY).setModRevision(3))
                        .build());
            }
        }
        return log;
    }

    private static Event put(long revision) {
        return Event.newBuilder()
                .setKv(KeyValue.newBuilder()
                        .setKey(KEY)
                        .setValue(KEY)
                        .setVersion(1)
                        .setCreateRevision(revision)
                        .setModRevision(revision))
                .build();
    }

    private static long revisionOf(Event event) {
        return event.getKv().getModRevision();
    }
}
