package io.metastore.storage.bolt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is written is what is read, whatever its sizes. */
class BoltRoundTripTest {

    @Property(tries = 150)
    void readsWhatWasWritten(
            @ForAll long seed,
            @ForAll @IntRange(max = 600) int entries,
            @ForAll @IntRange(min = 1, max = 300) int keyBytes,
            @ForAll @IntRange(max = 9000) int valueBytes)
            throws IOException {
        Random random = new Random(seed);
        SortedMap<String, SortedMap<byte[], byte[]>> buckets = new TreeMap<>();
        for (String name : new String[] {"key", "a", "zz", "empty"}) {
            SortedMap<byte[], byte[]> table = BoltFixture.table();
            for (int i = 0; i < (name.equals("empty") ? 0 : entries); i++) {
                byte[] key = new byte[1 + random.nextInt(keyBytes)];
                byte[] value = new byte[random.nextInt(10) == 0 ? random.nextInt(valueBytes + 1) : random.nextInt(60)];
                random.nextBytes(key);
                random.nextBytes(value);
                table.put(key, value);
            }
            buckets.put(name, table);
        }

        assertThat(BoltFixture.read(BoltFixture.write(buckets))).isEqualTo(BoltFixture.lines(buckets));
    }

    /** Long keys make branches narrow, and so the tree high: five levels here. */
    @Test
    @Timeout(60)
    void readsATreeOfManyLevels() throws IOException {
        SortedMap<byte[], byte[]> table = BoltFixture.table();
        for (int i = 0; i < 700; i++) {
            table.put(ByteBuffer.allocate(1500).putInt(i).array(), new byte[] {(byte) i});
        }
        SortedMap<String, SortedMap<byte[], byte[]>> buckets = new TreeMap<>();
        buckets.put("key", table);

        assertThat(BoltFixture.read(BoltFixture.write(buckets))).isEqualTo(BoltFixture.lines(buckets));
    }

    @Test
    @Timeout(60)
    void readsValuesAndKeysLargerThanPages() throws IOException {
        SortedMap<byte[], byte[]> table = BoltFixture.table();
        Random random = new Random(7);
        for (int i = 0; i < 40; i++) {
            byte[] value = new byte[4096 * (i % 5) + i];
            random.nextBytes(value);
            table.put(ByteBuffer.allocate(5000).putInt(i).array(), value);
        }
        table.put("large".getBytes(StandardCharsets.UTF_8), new byte[3 << 20]);
        SortedMap<String, SortedMap<byte[], byte[]>> buckets = new TreeMap<>();
        buckets.put("key", table);

        assertThat(BoltFixture.read(BoltFixture.write(buckets))).isEqualTo(BoltFixture.lines(buckets));
    }

    @Test
    @Timeout(60)
    void writesAFileWithoutEntries() throws IOException {
        assertThat(BoltFixture.read(BoltFixture.write(new TreeMap<>()))).isEmpty();
    }
}
