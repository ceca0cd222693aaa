package io.metastore.storage.watch;

import com.google.protobuf.CodedOutputStream;
import io.metastore.storage.mvcc.Change;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Writes {@code mvccpb.Event} as field {@code events} of a watch response, from stored bytes. */
final class EventCodec {
    private static final int EVENTS_TAG = (11 << 3) | 2;
    private static final int TYPE_TAG = 1 << 3;
    private static final int KV_TAG = (2 << 3) | 2;
    private static final int PREV_KV_TAG = (3 << 3) | 2;
    private static final int KEY_TAG = (1 << 3) | 2;
    private static final int MOD_REVISION_TAG = 3 << 3;
    private static final int DELETE = 1;

    private EventCodec() {}

    static byte[] encode(Change change, byte @Nullable [] previous) {
        int kv = change.tombstone() ? deletedKeySize(change) : change.keyValue().length;
        int event = (change.tombstone() ? 2 : 0) + bytesFieldSize(kv);
        if (previous != null) {
            event += bytesFieldSize(previous.length);
        }
        byte[] bytes = new byte[bytesFieldSize(event)];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            writeLengthPrefix(out, EVENTS_TAG, event);
            if (change.tombstone()) {
                out.writeUInt32NoTag(TYPE_TAG);
                out.writeUInt32NoTag(DELETE);
            }
            writeLengthPrefix(out, KV_TAG, kv);
            if (change.tombstone()) {
                writeDeletedKey(out, change);
            } else {
                out.writeRawBytes(change.keyValue());
            }
            if (previous != null) {
                writeLengthPrefix(out, PREV_KV_TAG, previous.length);
                out.writeRawBytes(previous);
            }
            out.checkNoSpaceLeft();
        } catch (IOException wrongSize) {
            throw new UncheckedIOException(wrongSize);
        }
        return bytes;
    }

    /** Of a deleted key only key and mod_revision are told. */
    private static void writeDeletedKey(CodedOutputStream out, Change change) throws IOException {
        byte[] key = change.key().bytes();
        writeLengthPrefix(out, KEY_TAG, key.length);
        out.writeRawBytes(key);
        out.writeUInt32NoTag(MOD_REVISION_TAG);
        out.writeUInt64NoTag(change.revision().main());
    }

    private static int deletedKeySize(Change change) {
        return bytesFieldSize(change.key().bytes().length)
                + 1
                + CodedOutputStream.computeUInt64SizeNoTag(change.revision().main());
    }

    private static void writeLengthPrefix(CodedOutputStream out, int tag, int length) throws IOException {
        out.writeUInt32NoTag(tag);
        out.writeUInt32NoTag(length);
    }

    /** All tags here take one byte. */
    private static int bytesFieldSize(int length) {
        return 1 + CodedOutputStream.computeUInt32SizeNoTag(length) + length;
    }
}
