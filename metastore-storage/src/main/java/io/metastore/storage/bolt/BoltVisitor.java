package io.metastore.storage.bolt;

import java.io.IOException;

/** Is told what a file holds, bucket by bucket in the order of their names, each with its entries in the order of their keys. */
public interface BoltVisitor {

    /** The entries that follow are of this bucket. */
    void bucket(byte[] name) throws IOException;

    void entry(byte[] key, byte[] value) throws IOException;
}
