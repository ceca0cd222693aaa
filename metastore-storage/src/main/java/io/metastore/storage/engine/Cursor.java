package io.metastore.storage.engine;

/** A walk over one bucket as it was when the walk began; belongs to one thread and must be closed. */
public interface Cursor extends AutoCloseable {

    /** Steps to the next entry, the first at the first call; false at the end. */
    boolean next();

    /** Key of the entry, the caller's to keep. */
    byte[] key();

    /** Value of the entry, the caller's to keep. */
    byte[] value();

    /** Copies the start of the value as far as the array goes, and returns the length of the whole value. */
    int peekValue(byte[] target);

    @Override
    void close();
}
