package io.metastore.storage.mvcc;

/**
 * What stands before the marshaled KeyValue in a stored value, in {@code rev} and {@code kv} alike: the change's revision,
 * what it did to its key, and the record of the same key before it with the length of its KeyValue.
 *
 * <p>As bytes: flags, then main and sub, then, if there is one, the superseded main, sub and length; numbers are base-128.
 */
record Entry(
        long main,
        long sub,
        Kind kind,
        long supersededMain,
        long supersededSub,
        int supersededBytes,
        int keyValueBytes) {

    /** What the change did to the life of its key. */
    enum Kind {
        CREATION,
        UPDATE,
        TOMBSTONE
    }

    static final int MAX_HEADER_BYTES = 1 + 5 * Varints.MAX_BYTES;

    /** What a record costs in the account of the store's size beside its KeyValue. */
    static final int OVERHEAD_BYTES = 33;

    private static final int TOMBSTONE = 1;
    private static final int SUPERSEDES = 2;
    private static final int CREATION = 4;

    /** Of a stored value, or of the start of one that is {@code length} bytes long. */
    static Entry decode(byte[] stored, int length) {
        return decode(stored, 0, length);
    }

    /** Of a stored value that lies in an array from {@code start} to {@code end}. */
    static Entry decode(byte[] stored, int start, int end) {
        int flags = stored[start];
        long main = Varints.get(stored, start + 1);
        int at = start + 1 + Varints.size(main);
        long sub = Varints.get(stored, at);
        at += Varints.size(sub);
        long supersededMain = 0;
        long supersededSub = 0;
        long supersededBytes = 0;
        if ((flags & SUPERSEDES) != 0) {
            supersededMain = Varints.get(stored, at);
            at += Varints.size(supersededMain);
            supersededSub = Varints.get(stored, at);
            at += Varints.size(supersededSub);
            supersededBytes = Varints.get(stored, at);
            at += Varints.size(supersededBytes);
        }
        return new Entry(main, sub, kindOf(flags), supersededMain, supersededSub, (int) supersededBytes, end - at);
    }

    /** Writes the header and returns its length. */
    int encodeHeader(byte[] target) {
        target[0] = flags();
        int at = Varints.put(target, 1, main);
        at = Varints.put(target, at, sub);
        if (supersedes()) {
            at = Varints.put(target, at, supersededMain);
            at = Varints.put(target, at, supersededSub);
            at = Varints.put(target, at, supersededBytes);
        }
        return at;
    }

    byte flags() {
        int flags =
                switch (kind) {
                    case CREATION -> CREATION;
                    case UPDATE -> 0;
                    case TOMBSTONE -> TOMBSTONE;
                };
        return (byte) (supersedes() ? flags | SUPERSEDES : flags);
    }

    boolean tombstone() {
        return kind == Kind.TOMBSTONE;
    }

    /** What it does to the number of live keys. */
    int liveDelta() {
        return switch (kind) {
            case CREATION -> 1;
            case UPDATE -> 0;
            case TOMBSTONE -> -1;
        };
    }

    boolean supersedes() {
        return supersededMain != 0;
    }

    Revision revision() {
        return new Revision(main, sub);
    }

    Revision superseded() {
        return supersedes() ? new Revision(supersededMain, supersededSub) : Revision.NONE;
    }

    boolean isAt(long otherMain, long otherSub) {
        return main == otherMain && sub == otherSub;
    }

    static Kind kindOf(int flags) {
        if ((flags & TOMBSTONE) != 0) {
            return Kind.TOMBSTONE;
        }
        return (flags & CREATION) != 0 ? Kind.CREATION : Kind.UPDATE;
    }

    int cost() {
        return OVERHEAD_BYTES + keyValueBytes;
    }

    int supersededCost() {
        return supersedes() ? OVERHEAD_BYTES + supersededBytes : 0;
    }
}
