package io.metastore.storage.watch;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.KeyValue;
import io.metastore.storage.mvcc.Change;
import io.metastore.storage.mvcc.CompactedException;
import io.metastore.storage.mvcc.Key;
import io.metastore.storage.mvcc.Revision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A history that a reader can check by eye: all changes in a list. */
final class ModelHistory implements WatchHistory {
    private final List<Change> changes = new ArrayList<>();
    private final Map<Key, KeyValue> live = new HashMap<>();
    private long written = 1;
    private long current = 1;
    private long compacted = -1;
    private int readings;

    /** One transaction, in the words {@code "put a 1, del b"}; its revision is not published yet. */
    List<Change> write(String operations) {
        List<Change> made = new ArrayList<>();
        for (String operation : operations.split(", ", -1)) {
            String[] words = operation.split(" ", -1);
            Key key = Key.of(ByteString.copyFromUtf8(words[1]));
            Revision revision = new Revision(written + 1, made.size());
            if (words[0].equals("put")) {
                made.add(put(key, words[2], revision));
            } else if (live.remove(key) != null) {
                KeyValue gone = KeyValue.newBuilder()
                        .setKey(ByteString.copyFrom(key.bytes()))
                        .build();
                made.add(new Change(revision, true, key, gone.toByteArray(), Revision.NONE));
            }
        }
        if (!made.isEmpty()) {
            written++;
            changes.addAll(made);
        }
        return made;
    }

    private Change put(Key key, String value, Revision revision) {
        KeyValue before = live.get(key);
        KeyValue now = KeyValue.newBuilder()
                .setKey(ByteString.copyFrom(key.bytes()))
                .setCreateRevision(before == null ? revision.main() : before.getCreateRevision())
                .setModRevision(revision.main())
                .setVersion(before == null ? 1 : before.getVersion() + 1)
                .setValue(ByteString.copyFromUtf8(value))
                .build();
        live.put(key, now);
        return new Change(revision, false, key, now.toByteArray(), Revision.NONE);
    }

    long written() {
        return written;
    }

    void publish(long revision) {
        current = revision;
    }

    void compact(long revision) {
        compacted = revision;
    }

    /** How often history was read. */
    int readings() {
        return readings;
    }

    List<Change> all() {
        return changes;
    }

    @Override
    public long currentRevision() {
        return current;
    }

    @Override
    public long compactedRevision() {
        return compacted;
    }

    @Override
    public long changes(long fromRevision, long toRevision, int maxRevisions, Consumer<Change> visitor)
            throws CompactedException {
        readings++;
        if (fromRevision < compacted) {
            throw new CompactedException(compacted);
        }
        long end = Math.min(toRevision, fromRevision + maxRevisions - 1);
        for (Change change : changes) {
            long revision = change.revision().main();
            if (revision >= fromRevision && revision <= end) {
                visitor.accept(change);
            }
        }
        return end + 1;
    }

    @Override
    public byte[] keyValueBefore(Change change) {
        long before = change.revision().main() - 1;
        if (before < compacted) {
            return null;
        }
        return valueAt(change.key(), before);
    }

    /** The marshaled KeyValue at a revision, however old. */
    byte[] valueAt(Key key, long revision) {
        Change newest = null;
        for (Change change : changes) {
            if (change.key().equals(key) && change.revision().main() <= revision) {
                newest = change;
            }
        }
        return newest == null || newest.tombstone() ? null : newest.keyValue();
    }
}
