package io.metastore.storage.engine;

/** The key spaces of the state, each ordered by unsigned bytes. A name and a number here are those on disk. */
public enum Bucket {
    /** User key to the newest record of it. */
    KV(1),
    /** Revision to the record written at it. */
    REV(2),
    /** Applied mark, compact revisions, sizes, format version. */
    META(3),
    LEASE(4),
    LEASE_KEY(5),
    AUTH(6),
    MEMBER(7),
    ALARM(8),
    /** First key of a block of the key space to the number of live keys in it. */
    COUNT(9);

    private static final Bucket[] BY_ID = new Bucket[values().length + 1];

    static {
        for (Bucket bucket : values()) {
            BY_ID[bucket.id] = bucket;
        }
    }

    private final int id;

    Bucket(int id) {
        this.id = id;
    }

    /** From 1 on, without gaps. */
    int id() {
        return id;
    }

    static int maxId() {
        return BY_ID.length - 1;
    }

    static Bucket ofId(int id) {
        if (id < 1 || id >= BY_ID.length) {
            throw new EngineException("unknown bucket " + id);
        }
        return BY_ID[id];
    }
}
