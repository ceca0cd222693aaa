package io.metastore.storage.bolt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A damaged file is refused, or reads as something: it never does anything else. */
@Timeout(60)
class BoltDamageTest {
    private static final int PAGE = BoltFormat.PAGE_BYTES;
    private static final byte[] GOOD = good();

    private static byte[] good() {
        SortedMap<byte[], byte[]> table = BoltFixture.table();
        for (int i = 0; i < 900; i++) {
            table.put(ByteBuffer.allocate(40).putInt(i).array(), new byte[i % 100 == 0 ? 9000 : 30]);
        }
        SortedMap<String, SortedMap<byte[], byte[]>> buckets = new TreeMap<>();
        buckets.put("key", table);
        buckets.put("meta", BoltFixture.table());
        return BoltFixture.write(buckets);
    }

    @Property(tries = 400)
    void bytesThatHaveChangedEndInAnErrorOrInEntries(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] file = GOOD.clone();
        for (int i = 0; i <= random.nextInt(20); i++) {
            // Headers and elements stand at the start of pages, where damage has consequences.
            int page = random.nextInt(file.length / PAGE);
            file[page * PAGE + random.nextInt(random.nextBoolean() ? 64 : PAGE)] = (byte) random.nextInt();
        }
        readOrRefuse(file);
    }

    @Property(tries = 100)
    void anythingElseIsRefused(@ForAll byte[] noise) {
        byte[] file = Arrays.copyOf(noise, 3 * PAGE);
        readOrRefuse(file);
        byte[] withMetas = file.clone();
        System.arraycopy(GOOD, 0, withMetas, 0, 2 * PAGE);
        readOrRefuse(withMetas);
    }

    private static void readOrRefuse(byte[] file) {
        try {
            List<String> lines = BoltFixture.read(file);
            assertThat(lines.size()).isLessThan(file.length);
        } catch (BoltException refused) {
            assertThat(refused).hasMessageNotContaining("null");
        } catch (IOException other) {
            throw new AssertionError(other);
        }
    }

    @Test
    void oneDamagedMetaIsMadeUpForByTheOther() throws IOException {
        for (int meta = 0; meta < 2; meta++) {
            byte[] file = GOOD.clone();
            file[meta * PAGE + BoltFormat.HEADER_BYTES + 20] ^= 1;
            assertThat(BoltFixture.read(file)).isEqualTo(BoltFixture.read(GOOD));
        }
    }

    @Test
    void aFileWithoutAValidMetaIsRefused() {
        assertRefused(
                change(file -> {
                    file.put(BoltFormat.HEADER_BYTES, (byte) 0).put(PAGE + BoltFormat.HEADER_BYTES, (byte) 0);
                }),
                "invalid database");
        assertRefused(
                change(file -> {
                    file.put(BoltFormat.HEADER_BYTES + 4, (byte) 9).put(PAGE + BoltFormat.HEADER_BYTES + 4, (byte) 9);
                }),
                "version mismatch");
        assertRefused(
                change(file -> {
                    file.put(BoltFormat.HEADER_BYTES + 17, (byte) 9).put(PAGE + BoltFormat.HEADER_BYTES + 17, (byte) 9);
                }),
                "checksum error");
        assertRefused(new byte[0], "file size too small");
    }

    @Test
    void aShortenedFileIsRefused() {
        assertRefused(Arrays.copyOf(GOOD, GOOD.length - 1), "file size too small");
    }

    @Test
    void aPageThatRefersToOneAboveItIsRefused() {
        int root = rootPage();
        // The first bucket's root becomes the root of all.
        assertRefused(
                change(file -> {
                    int element = root * PAGE + BoltFormat.HEADER_BYTES;
                    int value = element + file.getInt(element + 4) + file.getInt(element + 8);
                    file.putLong(value, root);
                }),
                "multiple references");
    }

    @Test
    void keysOutOfOrderAreRefused() {
        assertRefused(
                change(file -> {
                    int leaf = 3 * PAGE;
                    int element = leaf + BoltFormat.HEADER_BYTES;
                    file.put(element + file.getInt(element + 4), (byte) 0x7f);
                }),
                "not in its place");
    }

    @Test
    void aPageOfAnotherKindIsRefused() {
        assertRefused(change(file -> file.putShort(3 * PAGE + 8, (short) BoltFormat.FREELIST)), "invalid type");
    }

    private interface Change {
        void apply(ByteBuffer file);
    }

    private static byte[] change(Change change) {
        byte[] file = GOOD.clone();
        change.apply(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN));
        return file;
    }

    private static int rootPage() {
        return (int) ByteBuffer.wrap(GOOD).order(ByteOrder.LITTLE_ENDIAN).getLong(BoltFormat.HEADER_BYTES + 16);
    }

    private static void assertRefused(byte[] file, String why) {
        assertThatThrownBy(() -> BoltFixture.read(file))
                .isInstanceOf(BoltException.class)
                .hasMessageContaining(why);
    }
}
