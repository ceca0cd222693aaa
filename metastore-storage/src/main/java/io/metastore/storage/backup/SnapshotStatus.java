package io.metastore.storage.backup;

import com.google.protobuf.InvalidProtocolBufferException;
import io.metastore.api.rpc.KeyValue;
import io.metastore.storage.bolt.BoltFile;
import io.metastore.storage.bolt.BoltVisitor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * What {@code etcdutl snapshot status} tells of a snapshot (etcd: etcdutl/snapshot/v3_snapshot.go).
 *
 * @param hash CRC-32C over the buckets: each one's name, then its keys and values
 * @param revision main revision of the last record
 * @param totalKeys live keys
 * @param totalBytes length of the database, without a checksum behind it
 * @param version etcd's storage schema, empty before 3.6
 */
public record SnapshotStatus(int hash, long revision, int totalKeys, long totalBytes, String version) {
    private static final int REVISION_BYTES = 2 * Long.BYTES + 1;

    /**
     * Reads all of the file, and so checks its structure. Holds the keys that are alive in memory.
     *
     * @throws IOException if it is damaged
     */
    public static SnapshotStatus of(BoltFile file) throws IOException {
        Reading reading = new Reading();
        file.walk(reading);
        return new SnapshotStatus(
                (int) reading.crc.getValue(),
                reading.revision,
                reading.live.size(),
                file.totalBytes(),
                reading.version);
    }

    private static final class Reading implements BoltVisitor {
        private final CRC32C crc = new CRC32C();
        private final Set<ByteBuffer> live = new HashSet<>();
        private String bucket = "";
        private long revision;
        private String version = "";

        @Override
        public void bucket(byte[] name) {
            crc.update(name);
            bucket = new String(name, StandardCharsets.UTF_8);
        }

        @Override
        public void entry(byte[] key, byte[] value) throws IOException {
            crc.update(key);
            crc.update(value);
            if (bucket.equals(EtcdSchema.KEY)) {
                change(key, value);
            } else if (bucket.equals(EtcdSchema.META)
                    && new String(key, StandardCharsets.UTF_8).equals(EtcdSchema.STORAGE_VERSION)) {
                version = new String(value, StandardCharsets.UTF_8);
            }
        }

        private void change(byte[] key, byte[] value) throws DamagedSnapshotException {
            if (key.length < REVISION_BYTES) {
                throw new DamagedSnapshotException("a key of %d bytes is no revision".formatted(key.length));
            }
            revision = ByteBuffer.wrap(key).getLong();
            try {
                ByteBuffer of = KeyValue.parseFrom(value).getKey().asReadOnlyByteBuffer();
                if (key.length == REVISION_BYTES) {
                    live.add(of);
                } else {
                    live.remove(of);
                }
            } catch (InvalidProtocolBufferException damaged) {
                throw new DamagedSnapshotException("the record at revision %d is none".formatted(revision), damaged);
            }
        }
    }
}
