package io.metastore.raft;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a member must not forget: its term, and whom it voted for in it. One line of text with a checksum; a new one
 * takes the place of the old whole, and is on the device before anyone is told.
 *
 * @param votedFor jraft's name of a member
 */
record Vote(long term, String votedFor) {

    private static final String FILE_NAME = "vote";

    /** Null if this member has not had a term yet. */
    static @Nullable Vote read(Path dir) throws IOException {
        Path file = dir.resolve(FILE_NAME);
        if (!Files.exists(file)) {
            return null;
        }
        String line = Files.readString(file, StandardCharsets.ISO_8859_1);
        String[] fields = line.split(" ", -1);
        try {
            Vote vote = new Vote(Long.parseLong(fields[1]), fields[2]);
            if (vote.line().equals(line)) {
                return vote;
            }
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw damaged(file);
        }
        throw damaged(file);
    }

    private static IOException damaged(Path file) {
        return new IOException(
                "raft meta data is damaged: %s is not what was written; this member cannot know whom it voted for"
                        .formatted(file));
    }

    void write(Path dir, boolean fsync) throws IOException {
        Path temporary = dir.resolve(FILE_NAME + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(line().getBytes(StandardCharsets.ISO_8859_1));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            if (fsync) {
                channel.force(true);
            }
        }
        Files.move(
                temporary, dir.resolve(FILE_NAME), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        if (fsync) {
            Directories.force(dir);
        }
    }

    private String line() {
        String content = "vote %d %s".formatted(term, votedFor);
        CRC32C crc = new CRC32C();
        crc.update(content.getBytes(StandardCharsets.ISO_8859_1));
        return "%s %08x\n".formatted(content, crc.getValue());
    }
}
