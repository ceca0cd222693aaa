package io.metastore.storage.bolt;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Files made of tables, and what is read from files. */
final class BoltFixture {
    private BoltFixture() {}

    static SortedMap<byte[], byte[]> table() {
        return new TreeMap<>(Arrays::compareUnsigned);
    }

    /** Reads in parts of odd lengths, with pauses. */
    static byte[] write(Map<String, SortedMap<byte[], byte[]>> buckets) {
        List<BoltBucket> sources = new ArrayList<>();
        buckets.forEach((name, table) -> sources.add(new BoltBucket(name, () -> new Table(table))));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (BoltStream stream = BoltStream.open(sources)) {
            byte[] part = new byte[5000];
            for (int read = stream.read(part); read > 0; read = stream.read(part)) {
                out.write(part, 0, read);
                stream.pause();
            }
            if (out.size() != stream.totalBytes()) {
                throw new AssertionError("%d bytes of %d".formatted(out.size(), stream.totalBytes()));
            }
        }
        return out.toByteArray();
    }

    /** One line for each bucket and each entry. */
    static List<String> read(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        try (BoltFile opened = BoltFile.open(file)) {
            opened.walk(new BoltVisitor() {
                @Override
                public void bucket(byte[] name) {
                    lines.add(new String(name, StandardCharsets.UTF_8));
                }

                @Override
                public void entry(byte[] key, byte[] value) {
                    lines.add(line(key, value));
                }
            });
        }
        return lines;
    }

    static List<String> read(byte[] content) throws IOException {
        Path file = Files.createTempFile("bolt", ".db");
        try {
            Files.write(file, content);
            return read(file);
        } finally {
            Files.delete(file);
        }
    }

    static List<String> lines(SortedMap<String, SortedMap<byte[], byte[]>> buckets) {
        List<String> lines = new ArrayList<>();
        buckets.forEach((name, table) -> {
            lines.add(name);
            table.forEach((key, value) -> lines.add(line(key, value)));
        });
        return lines;
    }

    private static String line(byte[] key, byte[] value) {
        return HexFormat.of().formatHex(key) + "=" + value.length + ":" + Arrays.hashCode(value);
    }

    private static final class Table implements BoltEntries {
        private final Iterator<Map.Entry<byte[], byte[]>> rest;
        private Map.Entry<byte[], byte[]> at;

        Table(SortedMap<byte[], byte[]> table) {
            rest = table.entrySet().iterator();
        }

        @Override
        public boolean next() {
            at = rest.hasNext() ? rest.next() : null;
            return at != null;
        }

        @Override
        public byte[] key() {
            return at.getKey();
        }

        @Override
        public int valueLength() {
            return at.getValue().length;
        }

        @Override
        public byte[] value() {
            byte[] longer = new byte[at.getValue().length + 3];
            System.arraycopy(at.getValue(), 0, longer, 3, at.getValue().length);
            return longer;
        }

        @Override
        public void pause() {}

        @Override
        public void close() {}
    }
}
