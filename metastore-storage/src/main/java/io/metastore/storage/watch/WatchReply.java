package io.metastore.storage.watch;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.metastore.storage.mvcc.ResponseBody;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One watch response without its header: who sends it puts the field {@code header} with {@link #headerRevision()} in
 * front. The events are shared bytes.
 */
public final class WatchReply implements ResponseBody {
    /** The id of answers that belong to no watch: refused creates, and progress of the whole stream. */
    public static final long NO_WATCH_ID = -1;

    private static final int WATCH_ID_TAG = 2 << 3;
    private static final int CREATED_TAG = 3 << 3;
    private static final int CANCELED_TAG = 4 << 3;
    private static final int COMPACT_REVISION_TAG = 5 << 3;
    private static final int CANCEL_REASON_TAG = (6 << 3) | 2;
    private static final int FRAGMENT_TAG = 7 << 3;
    private static final int FLAG_FIELD_BYTES = 2;

    private final long headerRevision;
    private final long watchId;
    private final boolean created;
    private final boolean canceled;
    private final long compactRevision;
    private final @Nullable ByteString cancelReason;
    private final boolean fragment;
    private final @Nullable EventBlock block;
    private final int firstEvent;
    private final int endEvent;
    private final @Nullable Watcher watcher;

    private WatchReply(
            long headerRevision,
            long watchId,
            boolean created,
            boolean canceled,
            long compactRevision,
            @Nullable String cancelReason) {
        this.headerRevision = headerRevision;
        this.watchId = watchId;
        this.created = created;
        this.canceled = canceled;
        this.compactRevision = compactRevision;
        this.cancelReason = cancelReason == null ? null : ByteString.copyFromUtf8(cancelReason);
        this.fragment = false;
        this.block = null;
        this.firstEvent = 0;
        this.endEvent = 0;
        this.watcher = null;
    }

    private WatchReply(
            long headerRevision, Watcher watcher, EventBlock block, int firstEvent, int endEvent, boolean fragment) {
        this.headerRevision = headerRevision;
        this.watchId = watcher.id();
        this.created = false;
        this.canceled = false;
        this.compactRevision = 0;
        this.cancelReason = null;
        this.fragment = fragment;
        this.block = block;
        this.firstEvent = firstEvent;
        this.endEvent = endEvent;
        this.watcher = watcher;
    }

    static WatchReply created(long watchId, long revision) {
        return new WatchReply(revision, watchId, true, false, 0, null);
    }

    static WatchReply refused(String reason, long revision) {
        return new WatchReply(revision, NO_WATCH_ID, true, true, 0, reason);
    }

    static WatchReply canceled(long watchId, long revision) {
        return new WatchReply(revision, watchId, false, true, 0, null);
    }

    /** The watch may not be any longer. */
    static WatchReply withdrawn(long watchId, String reason, long revision) {
        return new WatchReply(revision, watchId, false, true, 0, reason);
    }

    /** The watch wanted what is gone. The only response whose header has no revision. */
    static WatchReply compacted(long watchId, long compactRevision) {
        return new WatchReply(0, watchId, false, true, compactRevision, null);
    }

    static WatchReply progress(long watchId, long revision) {
        return new WatchReply(revision, watchId, false, false, 0, null);
    }

    static WatchReply events(Watcher watcher, EventBlock block, long revision) {
        return new WatchReply(revision, watcher, block, 0, block.eventCount(), false);
    }

    public long headerRevision() {
        return headerRevision;
    }

    public long watchId() {
        return watchId;
    }

    /** Does it answer the request for a watch? If it is cancelled too, that was refused. */
    public boolean isCreated() {
        return created;
    }

    /** Is it the last of its watch? */
    public boolean isCanceled() {
        return canceled;
    }

    /** Why the watch was refused or has ended; null where its client has ended it, or it has not. */
    public @Nullable String cancelReason() {
        if (canceled && compactRevision != 0) {
            return "compacted";
        }
        return cancelReason == null ? null : cancelReason.toStringUtf8();
    }

    /** How many it has. */
    int events() {
        return endEvent - firstEvent;
    }

    /** May it have to be sent in {@link #fragments}? */
    public boolean maySplit() {
        return watcher != null && watcher.wantsFragments() && endEvent - firstEvent > 1;
    }

    @Nullable
    EventBlock block() {
        return block;
    }

    @Nullable
    Watcher watcher() {
        return watcher;
    }

    @Override
    public long size() {
        return (long) fieldsSize() + eventsSize();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        byte[] fields = new byte[fieldsSize()];
        CodedOutputStream coded = CodedOutputStream.newInstance(fields);
        writeFields(coded);
        out.write(fields);
        if (block != null) {
            block.writeTo(out, firstEvent, endEvent);
        }
    }

    /** Writes what stands between header and events. */
    private void writeFields(CodedOutputStream out) throws IOException {
        if (watchId != 0) {
            out.writeUInt32NoTag(WATCH_ID_TAG);
            out.writeInt64NoTag(watchId);
        }
        writeFlag(out, CREATED_TAG, created);
        writeFlag(out, CANCELED_TAG, canceled);
        if (compactRevision != 0) {
            out.writeUInt32NoTag(COMPACT_REVISION_TAG);
            out.writeInt64NoTag(compactRevision);
        }
        if (cancelReason != null) {
            out.writeUInt32NoTag(CANCEL_REASON_TAG);
            out.writeBytesNoTag(cancelReason);
        }
        writeFlag(out, FRAGMENT_TAG, fragment);
        out.checkNoSpaceLeft();
    }

    private static void writeFlag(CodedOutputStream out, int tag, boolean value) throws IOException {
        if (value) {
            out.writeUInt32NoTag(tag);
            out.writeUInt32NoTag(1);
        }
    }

    private int fieldsSize() {
        int size = flagSize(created) + flagSize(canceled) + flagSize(fragment);
        if (watchId != 0) {
            size += 1 + CodedOutputStream.computeInt64SizeNoTag(watchId);
        }
        if (compactRevision != 0) {
            size += 1 + CodedOutputStream.computeInt64SizeNoTag(compactRevision);
        }
        if (cancelReason != null) {
            size += 1 + CodedOutputStream.computeBytesSizeNoTag(cancelReason);
        }
        return size;
    }

    private static int flagSize(boolean value) {
        return value ? FLAG_FIELD_BYTES : 0;
    }

    private int eventsSize() {
        if (block == null) {
            return 0;
        }
        if (firstEvent == 0 && endEvent == block.eventCount()) {
            return block.bytes();
        }
        int size = 0;
        for (int i = firstEvent; i < endEvent; i++) {
            size += block.eventBytes(i);
        }
        return size;
    }

    /**
     * This response in pieces below {@code maxBytes}, if its watch asked for that and it needs it: each piece has at
     * least one event, all but the last say that more follows.
     *
     * @param headerBytes size of the header field that will be added
     */
    public List<WatchReply> fragments(int maxBytes, int headerBytes) {
        if (block == null || watcher == null || !maySplit() || headerBytes + size() < maxBytes) {
            return List.of(this);
        }
        List<WatchReply> pieces = new ArrayList<>();
        int overhead = headerBytes + fieldsSize() + FLAG_FIELD_BYTES;
        int start = firstEvent;
        int size = overhead;
        for (int i = firstEvent; i < endEvent; i++) {
            int bytes = block.eventBytes(i);
            if (i > start && size + bytes >= maxBytes) {
                pieces.add(new WatchReply(headerRevision, watcher, block, start, i, true));
                start = i;
                size = overhead;
            }
            size += bytes;
        }
        pieces.add(new WatchReply(headerRevision, watcher, block, start, endEvent, false));
        return pieces;
    }
}
