package io.metastore.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * What a snapshot is made of, kept in a file of its own beside the state: nothing is loaded that does not match it.
 *
 * @param files by name, relative to the snapshot, with / between its parts
 */
record SnapshotManifest(long index, long term, Map<String, Content> files) {

    static final String FILE_NAME = "manifest";

    private static final String FIRST_LINE = "metastore-snapshot 1";
    private static final int READ_BYTES = 1 << 20;

    /** Length and CRC32C of a file. */
    record Content(long length, int crc) {

        static Content of(Path file) throws IOException {
            CRC32C crc = new CRC32C();
            long length = 0;
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);
                while (channel.read(buffer.clear()) >= 0) {
                    length += buffer.flip().remaining();
                    crc.update(buffer);
                }
            }
            return new Content(length, (int) crc.getValue());
        }
    }

    SnapshotManifest {
        files = Map.copyOf(files);
    }

    static List<Path> filesIn(Path snapshot, Path part) throws IOException {
        try (Stream<Path> all = Files.walk(snapshot.resolve(part))) {
            return all.filter(Files::isRegularFile).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    static String nameOf(Path snapshot, Path file) {
        StringBuilder name = new StringBuilder();
        for (Path part : snapshot.relativize(file)) {
            name.append(name.isEmpty() ? "" : "/").append(part);
        }
        return name.toString();
    }

    void write(Path snapshot) throws IOException {
        StringBuilder text = new StringBuilder(FIRST_LINE + "\n");
        text.append("index ").append(index).append("\nterm ").append(term).append('\n');
        new TreeMap<>(files)
                .forEach((name, content) ->
                        text.append("file %08x %d %s\n".formatted(content.crc(), content.length(), name)));
        byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
        byte[] end = "end %08x\n".formatted(crc(body, body.length)).getBytes(StandardCharsets.UTF_8);
        Path file = snapshot.resolve(FILE_NAME);
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.allocate(body.length + end.length)
                    .put(body)
                    .put(end)
                    .flip();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    /** Reads the manifest of {@code snapshot}; it must be whole. */
    static SnapshotManifest read(Path snapshot) throws IOException {
        Path file = snapshot.resolve(FILE_NAME);
        byte[] bytes = Files.readAllBytes(file);
        String text = new String(bytes, StandardCharsets.UTF_8);
        int end = text.lastIndexOf("end ");
        try {
            if (end < 0 || !text.substring(end).equals("end %08x\n".formatted(crc(bytes, end)))) {
                throw new IOException("snapshot is damaged: the checksum of %s is wrong".formatted(file));
            }
            return parse(text.substring(0, end).split("\n", -1));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IOException("snapshot is damaged: %s is not a manifest".formatted(file), e);
        }
    }

    private static SnapshotManifest parse(String[] lines) {
        if (!lines[0].equals(FIRST_LINE)) {
            throw new IllegalArgumentException("unknown format: " + lines[0]);
        }
        Map<String, Content> files = new TreeMap<>();
        for (int i = 3; i < lines.length - 1; i++) {
            String[] fields = lines[i].split(" ", 4);
            files.put(fields[3], new Content(Long.parseLong(fields[2]), Integer.parseUnsignedInt(fields[1], 16)));
        }
        return new SnapshotManifest(
                Long.parseLong(lines[1].substring("index ".length())),
                Long.parseLong(lines[2].substring("term ".length())),
                files);
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    /** Checks that all files are there with their length; with {@code content}, their bytes too. */
    void verify(Path snapshot, Path part, boolean content) throws IOException {
        for (var entry : files.entrySet()) {
            Path file = snapshot.resolve(entry.getKey()).normalize();
            if (!file.startsWith(snapshot.normalize())) {
                throw new IOException("snapshot is damaged: it names a file outside of it: " + entry.getKey());
            }
            Content expected = entry.getValue();
            if (!Files.isRegularFile(file)) {
                throw new IOException("snapshot is damaged: %s is missing".formatted(file));
            }
            if (Files.size(file) != expected.length()) {
                throw new IOException("snapshot is damaged: %s has %d bytes instead of %d"
                        .formatted(file, Files.size(file), expected.length()));
            }
            if (content && !Content.of(file).equals(expected)) {
                throw new IOException("snapshot is damaged: the checksum of %s is wrong".formatted(file));
            }
        }
        for (Path file : filesIn(snapshot, part)) {
            if (!files.containsKey(nameOf(snapshot, file))) {
                throw new IOException("snapshot is damaged: %s does not belong to it".formatted(file));
            }
        }
    }
}
