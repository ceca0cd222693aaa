package io.metastore.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyedBytesTest {

    /** Adds, replaces and removes records of all lengths, many more than fit, beside a map: what is found is what was put. */
    @Test
    void whatIsFoundIsWhatWasPut() {
        KeyedBytes records = new KeyedBytes(64 << 10, KeyedBytes.EvictionListener.NONE);
        Map<String, byte[]> model = new HashMap<>();
        Random random = new Random(11);
        int found = 0;
        for (int step = 0; step < 300_000; step++) {
            String text = "k".repeat(random.nextInt(3) * 9) + (int) Math.abs(random.nextGaussian() * 100);
            byte[] key = text.getBytes(StandardCharsets.UTF_8);
            int hash = KeyedBytes.hash(key);
            int position = records.find(key, hash);
            if (position != KeyedBytes.NONE) {
                found++;
                assertThat(payload(records, position)).as("step %d", step).isEqualTo(model.get(text));
                switch (random.nextInt(3)) {
                    case 0 -> records.touch(position);
                    case 1 -> records.remove(position);
                    default -> {}
                }
            } else {
                byte[] payload = new byte[random.nextInt(200)];
                random.nextBytes(payload);
                int added = records.add(key, hash, payload.length);
                System.arraycopy(payload, 0, records.chunk(added), records.payloadAt(added), payload.length);
                model.put(text, payload);
            }
        }
        assertThat(found).as("hits").isGreaterThan(30_000);
        assertThat(records.size()).isBetween(50, (64 << 10) / 16);
    }

    @Test
    void isFullWhenAnotherRecordPushesOneOut() {
        KeyedBytes records = new KeyedBytes(16 << 10, KeyedBytes.EvictionListener.NONE);
        int added = 0;
        while (!records.isFullFor(4, 100)) {
            byte[] key = {(byte) added, (byte) (added >> 8), 0, 0};
            records.add(key, KeyedBytes.hash(key), 100);
            added++;
            assertThat(records.size()).isEqualTo(added);
        }
        assertThat(added).isEqualTo(8 * (2048 / 120));
        byte[] one = {1, 1, 1, 1};
        records.add(one, KeyedBytes.hash(one), 100);
        assertThat(records.size()).isLessThan(added);
    }

    @Test
    void takesWhatFitsHalfAChunk() {
        KeyedBytes records = new KeyedBytes(16 << 10, KeyedBytes.EvictionListener.NONE);
        assertThat(records.takes(10, 900)).isTrue();
        assertThat(records.takes(10, 1100)).isFalse();
        assertThat(records.takes(KeyedBytes.MAX_KEY_BYTES, 100)).isTrue();
        assertThat(records.takes(KeyedBytes.MAX_KEY_BYTES + 1, 100)).isFalse();
        assertThat(new KeyedBytes(0, KeyedBytes.EvictionListener.NONE).takes(1, 1))
                .isFalse();
        assertThat(new KeyedBytes((16 << 10) - 1, KeyedBytes.EvictionListener.NONE).takes(1, 1))
                .isFalse();
    }

    @Test
    void partsShareTheBound() {
        assertThat(KeyedBytes.parts(0)).isEqualTo(1);
        assertThat(KeyedBytes.parts(16 << 10)).isEqualTo(1);
        assertThat(KeyedBytes.parts(64 << 20)).isEqualTo(64);
        int[] counts = new int[64];
        for (int i = 0; i < 64_000; i++) {
            byte[] key = ("key/" + i).getBytes(StandardCharsets.UTF_8);
            counts[KeyedBytes.part(KeyedBytes.hash(key), counts.length)]++;
        }
        assertThat(Arrays.stream(counts).max().orElseThrow()).isLessThan(1300);
    }

    private static byte[] payload(KeyedBytes records, int position) {
        int at = records.payloadAt(position);
        return Arrays.copyOfRange(records.chunk(position), at, at + records.payloadLength(position));
    }
}
