package io.metastore.storage.mvcc;

/**
 * How a cache keeps a version: as {@code kv} does, or its numbers alone, which is all that a put has to know of the version
 * before it.
 *
 * <p>Numbers alone: flags with one more, main, sub and what is superseded as in {@link Entry}; then the length of the KeyValue,
 * the creation's revision, the version and the lease, all base-128.
 */
final class CachedRecord {
    static final int MAX_NUMBERS_BYTES = Entry.MAX_HEADER_BYTES + 4 * Varints.MAX_BYTES;
    private static final int NUMBERS_ONLY = 8;

    private CachedRecord() {}

    static boolean isNumbersOnly(byte[] payload, int at) {
        return (payload[at] & NUMBERS_ONLY) != 0;
    }

    /** Writes the numbers and returns how many bytes they take. */
    static int encodeNumbers(Head head, byte[] target) {
        int at = head.record().encodeHeader(target);
        target[0] |= NUMBERS_ONLY;
        at = Varints.put(target, at, head.keyValueLength());
        at = Varints.put(target, at, head.createRevision());
        at = Varints.put(target, at, head.version());
        return Varints.put(target, at, head.lease());
    }

    /** The version with its bytes, which stay where they are. Of a payload that has them. */
    static Head decodeWhole(Key key, byte[] payload, int start, int end) {
        Entry record = Entry.decode(payload, start, end);
        return Head.parse(key, record, payload, end - record.keyValueBytes());
    }

    /** The version without its bytes, which {@code history} will be asked for. Nothing of the payload is kept. */
    static Head decodeNumbers(Key key, byte[] payload, int start, int end, History history) {
        if (!isNumbersOnly(payload, start)) {
            return decodeWhole(key, payload, start, end).slim(history);
        }
        Entry record = Entry.decode(payload, start, end);
        int at = end - record.keyValueBytes();
        long keyValueBytes = Varints.get(payload, at);
        at += Varints.size(keyValueBytes);
        long createRevision = Varints.get(payload, at);
        at += Varints.size(createRevision);
        long version = Varints.get(payload, at);
        at += Varints.size(version);
        long lease = Varints.get(payload, at);
        Entry whole = new Entry(
                record.main(),
                record.sub(),
                record.kind(),
                record.supersededMain(),
                record.supersededSub(),
                record.supersededBytes(),
                Math.toIntExact(keyValueBytes));
        return Head.ofNumbers(key, whole, createRevision, version, lease, history);
    }
}
