package io.metastore.server.process.faults;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchResponse;
import io.metastore.server.process.RecordedWatch;
import io.metastore.server.process.history.WatchRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that one member tells, from the first revision on. When the stream breaks another is opened behind the last event
 * that came; each stream is a record of its own.
 */
final class ResumingWatch {

    static final ByteString ZERO = ByteString.copyFrom(new byte[] {0});
    private static final long FIRST_REVISION = 2;

    private final ManagedChannel channel;
    private final List<RecordedWatch> streams = new ArrayList<>();
    private RecordedWatch current;

    ResumingWatch(ManagedChannel channel) {
        this.channel = channel;
        this.current = open(FIRST_REVISION);
    }

    /** The newest revision that came, 1 before the first. */
    synchronized long lastRevision() {
        return streams.stream().mapToLong(RecordedWatch::lastRevision).reduce(FIRST_REVISION - 1, Math::max);
    }

    /** To be called now and then. */
    synchronized void resume() {
        if (current.ended()) {
            current = open(lastRevision() + 1);
        }
    }

    /** Waits until everything up to the revision has come; false if it does not. */
    boolean reaches(long revision, Duration bound) {
        resume();
        return current.reaches(revision, bound);
    }

    /** What the streams were told; the last must have reached this revision. */
    synchronized List<WatchRecord> records(long mustReach) {
        return streams.stream()
                .map(stream -> stream.record(stream == current ? mustReach : 0))
                .toList();
    }

    /** When each revision was told first, in nanoTime. */
    synchronized Map<Long, Long> arrivals() {
        Map<Long, Long> arrivals = new HashMap<>();
        for (RecordedWatch stream : streams) {
            List<Long> nanos = stream.arrivals();
            List<WatchResponse> responses = stream.responses();
            for (int i = 0; i < nanos.size(); i++) {
                long arrival = nanos.get(i);
                responses
                        .get(i)
                        .getEventsList()
                        .forEach(event -> arrivals.putIfAbsent(event.getKv().getModRevision(), arrival));
            }
        }
        return arrivals;
    }

    private RecordedWatch open(long revision) {
        RecordedWatch stream = RecordedWatch.start(
                channel,
                WatchCreateRequest.newBuilder()
                        .setKey(ZERO)
                        .setRangeEnd(ZERO)
                        .setStartRevision(revision)
                        .build());
        streams.add(stream);
        return stream;
    }
}
