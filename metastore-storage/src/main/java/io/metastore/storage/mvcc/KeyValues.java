package io.metastore.storage.mvcc;

import com.google.protobuf.ByteString;
import java.util.Arrays;

/**
 * The canonical bytes of {@code mvccpb.KeyValue}: fields ascending, defaults omitted. By hand, because each put writes one
 * and everything else, from reads to hashes, passes these bytes on.
 */
final class KeyValues {
    static final byte KEY = (1 << 3) | 2;
    static final byte CREATE_REVISION = 2 << 3;
    static final byte MOD_REVISION = 3 << 3;
    static final byte VERSION = 4 << 3;
    static final byte VALUE = (5 << 3) | 2;
    static final byte LEASE = 6 << 3;

    private KeyValues() {}

    static byte[] encode(Key key, long createRevision, long modRevision, long version, ByteString value, long lease) {
        byte[] keyBytes = key.bytes();
        int valueLength = value.size();
        int size = bytesSize(keyBytes.length)
                + numberSize(createRevision)
                + numberSize(modRevision)
                + numberSize(version)
                + bytesSize(valueLength)
                + numberSize(lease);
        byte[] target = new byte[size];
        int at = putKey(target, keyBytes);
        at = putNumber(target, at, CREATE_REVISION, createRevision);
        at = putNumber(target, at, MOD_REVISION, modRevision);
        at = putNumber(target, at, VERSION, version);
        if (valueLength > 0) {
            target[at++] = VALUE;
            at = Varints.put(target, at, valueLength);
            value.copyTo(target, at);
            at += valueLength;
        }
        at = putNumber(target, at, LEASE, lease);
        assert at == size : "encoded " + at + " of " + size;
        return target;
    }

    /** What a tombstone stores: the key alone. */
    static byte[] encodeTombstone(Key key) {
        byte[] target = new byte[bytesSize(key.length())];
        putKey(target, key.bytes());
        return target;
    }

    /** Of marshaled bytes that begin at {@code offset}. */
    static Key key(byte[] keyValue, int offset) {
        if (offset == keyValue.length || keyValue[offset] != KEY) {
            return Key.of(new byte[0]);
        }
        int length = (int) Varints.get(keyValue, offset + 1);
        int at = offset + 1 + Varints.size(length);
        return Key.of(Arrays.copyOfRange(keyValue, at, at + length));
    }

    /** Of marshaled bytes; 0 if it has none, as a tombstone. */
    static long createRevision(byte[] keyValue) {
        int at = 0;
        if (keyValue.length > 0 && keyValue[0] == KEY) {
            int length = (int) Varints.get(keyValue, 1);
            at = 1 + Varints.size(length) + length;
        }
        return at < keyValue.length && keyValue[at] == CREATE_REVISION ? Varints.get(keyValue, at + 1) : 0;
    }

    private static int putKey(byte[] target, byte[] key) {
        if (key.length == 0) {
            return 0;
        }
        target[0] = KEY;
        int at = Varints.put(target, 1, key.length);
        System.arraycopy(key, 0, target, at, key.length);
        return at + key.length;
    }

    private static int putNumber(byte[] target, int position, byte tag, long value) {
        if (value == 0) {
            return position;
        }
        target[position] = tag;
        return Varints.put(target, position + 1, value);
    }

    private static int numberSize(long value) {
        return value == 0 ? 0 : 1 + Varints.size(value);
    }

    private static int bytesSize(int length) {
        return length == 0 ? 0 : 1 + Varints.size(length) + length;
    }
}
