package io.metastore.storage.mvcc;

/** A set of revisions without an object for each: open addressing over pairs of longs. One thread. */
final class RevisionSet {
    /** Main 0 is no revision of a record, so it marks a free slot. */
    private long[] slots = new long[64];

    private int size;

    void add(long main, long sub) {
        if (4 * size >= slots.length) {
            grow();
        }
        int slot = find(main, sub);
        if (slots[slot] == 0) {
            slots[slot] = main;
            slots[slot + 1] = sub;
            size++;
        }
    }

    boolean contains(long main, long sub) {
        return slots[find(main, sub)] != 0;
    }

    int size() {
        return size;
    }

    private int find(long main, long sub) {
        long mixed = (main * 31 + sub) * 0x9E3779B97F4A7C15L;
        int slot = (int) (mixed >>> 33) * 2 & (slots.length - 2);
        while (slots[slot] != 0 && (slots[slot] != main || slots[slot + 1] != sub)) {
            slot = (slot + 2) & (slots.length - 2);
        }
        return slot;
    }

    private void grow() {
        long[] old = slots;
        slots = new long[2 * old.length];
        size = 0;
        for (int i = 0; i < old.length; i += 2) {
            if (old[i] != 0) {
                add(old[i], old[i + 1]);
            }
        }
    }
}
