package io.metastore.storage.bolt;

/**
 * Where things lie in a bbolt file (bbolt: internal/common/page.go, meta.go, bucket.go). Numbers are little-endian.
 *
 * <pre>
 * page     id 8 · flags 2 · count 2 · overflow 4 · content; overflow is the number of pages that follow as part of it
 * branch   count × (position 4 · key length 4 · child page 8), then the keys
 * leaf     count × (flags 4 · position 4 · key length 4 · value length 4), then keys and values
 * meta     magic 4 · version 4 · page size 4 · flags 4 · root page 8 · sequence 8 · freelist page 8 · pages 8 · txid 8 · FNV-1a 8
 * freelist count × page 8; a count of 0xffff says that the first number is the count
 * </pre>
 *
 * A position counts from the element that holds it. Pages 0 and 1 are metas; the valid one with the higher txid counts. The value
 * of a bucket's entry is root page 8 · sequence 8, and a page in the place of it where the root page is 0.
 */
final class BoltFormat {
    static final int MAGIC = 0xED0CDAED;
    static final int VERSION = 2;
    static final int PAGE_BYTES = 4096;

    static final int BRANCH = 0x01;
    static final int LEAF = 0x02;
    static final int META = 0x04;
    static final int FREELIST = 0x10;

    /** Flag of a leaf's element whose value is a bucket. */
    static final int IS_BUCKET = 0x01;

    static final int HEADER_BYTES = 16;
    static final int ELEMENT_BYTES = 16;
    static final int BUCKET_BYTES = 16;
    static final int META_BYTES = 64;
    static final int CHECKED_META_BYTES = 56;

    /** Pages 0 and 1 are metas. */
    static final int META_PAGES = 2;
    /** In the place of the freelist's page: the freelist is not stored, and is found by looking for what nobody refers to. */
    static final long NO_FREELIST = -1;
    /** A count that says that the freelist's true count is its first number. */
    static final int COUNT_FOLLOWS = 0xffff;

    private BoltFormat() {}

    /** The 64-bit FNV-1a hash. */
    static long fnv(byte[] bytes, int offset, int length) {
        long hash = 0xcbf29ce484222325L;
        for (int i = offset; i < offset + length; i++) {
            hash = (hash ^ (bytes[i] & 0xff)) * 0x100000001b3L;
        }
        return hash;
    }
}
