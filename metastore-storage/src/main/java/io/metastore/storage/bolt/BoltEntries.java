package io.metastore.storage.bolt;

/** The entries of one bucket in ascending order of their keys, bytes unsigned; belongs to one thread. */
public interface BoltEntries extends AutoCloseable {

    /** Steps to the next entry, the first at the first call; false at the end. */
    boolean next();

    byte[] key();

    /** Asked of every entry twice, {@link #value} only once. */
    int valueLength();

    /** An array that ends with the value. */
    byte[] value();

    /** Lets go what must not be held for long; {@link #next} goes on where it was. */
    void pause();

    @Override
    void close();
}
