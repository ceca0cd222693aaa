package io.metastore.server.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Properties;

/** Who a data directory belongs to; written once, synced, before the member first votes or serves. */
public record Identity(long clusterId, long memberId) {
    /** 2: the raft log knows members by their ids. */
    private static final int FORMAT = 2;

    /**
     * Reads the identity of a founded directory.
     *
     * @throws StartException if it is damaged, or of a format that this version does not know
     */
    public static Identity read(DataDirectory directory) throws StartException {
        Path file = directory.identityFile();
        try {
            Properties properties = new Properties();
            properties.load(new StringReader(Files.readString(file, UTF_8)));
            int format = Integer.parseInt(properties.getProperty("format", "0"));
            if (format > FORMAT) {
                throw new StartException(
                        "%s is of format %d, this version knows formats up to %d: start it with a newer version"
                                .formatted(file, format, FORMAT));
            }
            if (format < FORMAT) {
                throw new StartException(
                        "%s is of format %d, this version knows format %d only: its raft log names members by address"
                                .formatted(file, format, FORMAT));
            }
            return new Identity(
                    Long.parseUnsignedLong(properties.getProperty("cluster-id", ""), 16),
                    Long.parseUnsignedLong(properties.getProperty("member-id", ""), 16));
        } catch (IOException | NumberFormatException damaged) {
            throw new StartException("identity file %s is damaged: %s".formatted(file, damaged.getMessage()), damaged);
        }
    }

    /** Writes the identity so that it survives a power cut. */
    public void write(DataDirectory directory) throws StartException {
        String text = "format=%d%ncluster-id=%x%nmember-id=%x%n".formatted(FORMAT, clusterId, memberId);
        Path file = directory.identityFile();
        Path draft = file.resolveSibling("identity.tmp");
        try {
            try (FileChannel out = FileChannel.open(
                    draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = UTF_8.encode(text);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel parent = FileChannel.open(directory.root(), StandardOpenOption.READ)) {
                parent.force(true);
            }
        } catch (IOException failure) {
            throw new StartException("cannot write identity file %s: %s".formatted(file, failure), failure);
        }
    }
}
