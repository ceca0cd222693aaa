package io.metastore.server.process.history;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.KeyValue;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;

/** The HashKV that a store with this history must report, computed from nothing but its events. */
public final class ModelHash {

    private static final int KEY_BYTES = Long.BYTES + 1 + Long.BYTES + 1;

    private ModelHash() {}

    /** Of the newest revision, with the compact revision, -1 if never compacted. */
    public static int of(EventLog log, long compactRevision) {
        Set<Event> keep = newestAlive(log);
        CRC32C crc = new CRC32C();
        crc.update("key".getBytes(StandardCharsets.US_ASCII));
        log.byRevision().forEach((revision, events) -> {
            for (int sub = 0; sub < events.size(); sub++) {
                Event event = events.get(sub);
                boolean tombstone = event.getType() == Event.EventType.DELETE;
                boolean erased = !keep.isEmpty() && revision <= compactRevision && !keep.contains(event);
                if (!erased && !(tombstone && revision == compactRevision)) {
                    feed(crc, revision, sub, tombstone, event.getKv());
                }
            }
        });
        return (int) crc.getValue();
    }

    /** No two events are equal: of two changes of a key in one revision the versions differ. */
    private static Set<Event> newestAlive(EventLog log) {
        Map<ByteString, Event> newest = new HashMap<>();
        for (List<Event> events : log.byRevision().values()) {
            for (Event event : events) {
                newest.put(event.getKv().getKey(), event);
            }
        }
        newest.values().removeIf(event -> event.getType() == Event.EventType.DELETE);
        return new HashSet<>(newest.values());
    }

    private static void feed(CRC32C crc, long revision, int sub, boolean tombstone, KeyValue kv) {
        ByteBuffer key = ByteBuffer.allocate(KEY_BYTES);
        key.putLong(revision).put((byte) '_').putLong(sub);
        if (tombstone) {
            key.put((byte) 't');
        }
        crc.update(key.flip());
        crc.update((tombstone ? KeyValue.newBuilder().setKey(kv.getKey()).build() : kv).toByteArray());
    }
}
