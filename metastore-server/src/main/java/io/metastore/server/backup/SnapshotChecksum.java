package io.metastore.server.backup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** The SHA-256 behind the database in a snapshot's file; a file copied from a data directory has none. */
final class SnapshotChecksum {
    private static final int BYTES = 32;
    /** Databases are a multiple of it long, and their files with a checksum are not. */
    private static final int SECTOR_BYTES = 512;

    private static final int READ_BYTES = 1 << 20;

    private SnapshotChecksum() {}

    /**
     * Reads the whole file.
     *
     * @throws IOException if there is no checksum, or it is another; the texts are etcdutl's
     */
    static void check(Path file, Progress progress) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size % SECTOR_BYTES != BYTES) {
                throw new IOException("snapshot missing hash but --skip-hash-check=false");
            }
            progress.begin("checking", size);
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
            long left = size - BYTES;
            while (left > 0) {
                buffer.clear().limit((int) Math.min(left, READ_BYTES));
                if (channel.read(buffer) < 0) {
                    throw new IOException("%s has become shorter".formatted(file));
                }
                digest.update(buffer.flip());
                left -= buffer.limit();
                progress.at(size - left);
            }
            ByteBuffer stored = ByteBuffer.allocate(BYTES);
            while (stored.hasRemaining() && channel.read(stored) >= 0) {}
            byte[] found = digest.digest();
            if (!Arrays.equals(stored.array(), found)) {
                throw new IOException("expected sha256 %s, got %s".formatted(text(stored.array()), text(found)));
            }
        } catch (NoSuchAlgorithmException everyJreHasIt) {
            throw new IllegalStateException(everyJreHasIt);
        } finally {
            progress.end();
        }
    }

    /** As Go prints bytes. */
    private static String text(byte[] bytes) {
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < bytes.length; i++) {
            text.append(i == 0 ? "" : " ").append(bytes[i] & 0xff);
        }
        return text.append(']').toString();
    }
}
