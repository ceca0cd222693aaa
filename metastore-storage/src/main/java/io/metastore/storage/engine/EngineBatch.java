package io.metastore.storage.engine;

/** Writes that take effect together. Belongs to one thread; arrays given are copied. */
public interface EngineBatch {

    void put(Bucket bucket, byte[] key, byte[] value);

    /** Puts a value that is given in two parts, the first of which ends before {@code headLength}. */
    void put(Bucket bucket, byte[] key, byte[] head, int headLength, byte[] rest);

    void delete(Bucket bucket, byte[] key);

    int operations();

    /** Size of what has been put, about. */
    int bytes();

    void clear();
}
