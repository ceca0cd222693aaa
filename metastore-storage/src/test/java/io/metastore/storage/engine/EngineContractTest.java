package io.metastore.storage.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What every engine does alike. */
@Timeout(60)
abstract class EngineContractTest {
    @TempDir
    Path dir;

    KvEngine engine;

    abstract KvEngine open(Path directory);

    @BeforeEach
    void openEngine() {
        engine = open(dir.resolve("state"));
    }

    @AfterEach
    void closeEngine() {
        engine.close();
    }

    @Test
    void readsWhatABatchWroteInEachBucket() {
        EngineBatch batch = engine.newBatch();
        for (Bucket bucket : Bucket.values()) {
            batch.put(bucket, bytes("k"), bytes(bucket.name()));
        }
        engine.write(batch);

        for (Bucket bucket : Bucket.values()) {
            assertThat(engine.get(bucket, bytes("k"))).isEqualTo(bytes(bucket.name()));
        }
        assertThat(engine.get(Bucket.KV, bytes("other"))).isNull();
    }

    @Test
    void laterOperationsOfABatchWin() {
        EngineBatch batch = engine.newBatch();
        batch.put(Bucket.KV, bytes("a"), bytes("1"));
        batch.delete(Bucket.KV, bytes("a"));
        batch.delete(Bucket.KV, bytes("b"));
        batch.put(Bucket.KV, bytes("b"), bytes("head--"), 4, bytes("rest"));
        engine.write(batch);

        assertThat(engine.get(Bucket.KV, bytes("a"))).isNull();
        assertThat(engine.get(Bucket.KV, bytes("b"))).isEqualTo(bytes("headrest"));
        assertThat(batch.operations()).isEqualTo(4);
    }

    @Test
    void aClearedBatchWritesNothingOfBefore() {
        EngineBatch batch = engine.newBatch();
        batch.put(Bucket.KV, bytes("a"), new byte[5 << 20]);
        batch.clear();
        batch.put(Bucket.KV, bytes("b"), bytes("2"));
        engine.write(batch);

        assertThat(keys(engine.cursor(Bucket.KV, null, null))).containsExactly("b");
    }

    @Test
    void keysAndValuesOfAllLengthsAreKept() {
        EngineBatch batch = engine.newBatch();
        int[] lengths = {0, 1, 127, 128, 4095, 4096, 16_383, 16_384, 2 << 20};
        for (int length : lengths) {
            batch.put(Bucket.REV, new byte[length], new byte[length]);
        }
        engine.write(batch);
        engine.flush();

        for (int length : lengths) {
            assertThat(engine.get(Bucket.REV, new byte[length])).isEqualTo(new byte[length]);
        }
    }

    @Test
    void cursorsKeepToTheirBoundsInUnsignedOrder() {
        byte[][] keys = {{}, {0}, {0, 0}, {1}, {0x7f}, {(byte) 0x80}, {(byte) 0xff}, {(byte) 0xff, (byte) 0xff}};
        EngineBatch batch = engine.newBatch();
        for (byte[] key : keys) {
            batch.put(Bucket.KV, key, key);
        }
        engine.write(batch);

        for (int from = 0; from < keys.length; from++) {
            for (int to = 0; to < keys.length; to++) {
                List<byte[]> expected = from < to ? Arrays.asList(keys).subList(from, to) : List.of();
                assertThat(rawKeys(engine.cursor(Bucket.KV, keys[from], keys[to])))
                        .containsExactlyElementsOf(expected);
                List<byte[]> reversed = new ArrayList<>(expected);
                java.util.Collections.reverse(reversed);
                assertThat(rawKeys(engine.reverseCursor(Bucket.KV, keys[from], keys[to])))
                        .containsExactlyElementsOf(reversed);
            }
        }
        assertThat(rawKeys(engine.cursor(Bucket.KV, null, null))).containsExactly(keys);
        assertThat(rawKeys(engine.reverseCursor(Bucket.KV, null, null))).hasSize(keys.length);
        assertThat(rawKeys(engine.cursor(Bucket.REV, null, null))).isEmpty();
    }

    @Test
    void aCursorDoesNotSeeLaterWrites() {
        put("a", "1");
        put("b", "1");
        try (Cursor cursor = engine.cursor(Bucket.KV, null, null)) {
            put("aa", "2");
            put("b", "2");
            delete("a");
            engine.flush();

            assertThat(cursor.next()).isTrue();
            assertThat(cursor.key()).isEqualTo(bytes("a"));
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.value()).isEqualTo(bytes("1"));
            assertThat(cursor.next()).isFalse();
        }
        assertThat(keys(engine.cursor(Bucket.KV, null, null))).containsExactly("aa", "b");
    }

    @Test
    void agreesWithASortedMap() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        TreeMap<String, String> model = new TreeMap<>();
        for (int round = 0; round < 200; round++) {
            EngineBatch batch = engine.newBatch();
            for (int i = random.nextInt(20); i > 0; i--) {
                String key = "k" + random.nextInt(300);
                if (random.nextInt(3) == 0) {
                    batch.delete(Bucket.KV, bytes(key));
                    model.remove(key);
                } else {
                    String value = "v" + random.nextInt();
                    batch.put(Bucket.KV, bytes(key), bytes(value));
                    model.put(key, value);
                }
            }
            engine.write(batch);
            if (round % 50 == 49) {
                engine.flush();
            }
        }
        assertThat(keys(engine.cursor(Bucket.KV, null, null)))
                .as("seed %d", seed)
                .containsExactlyElementsOf(model.keySet());
        model.forEach((key, value) -> assertThat(engine.get(Bucket.KV, bytes(key)))
                .as("seed %d", seed)
                .isEqualTo(bytes(value)));
    }

    @Test
    void aCheckpointHoldsWhatWasWrittenBeforeItAndCanBeRestored() throws Exception {
        put("a", "1");
        engine.checkpoint(dir.resolve("copy"));
        put("b", "2");
        delete("a");

        KvEngine other = open(dir.resolve("other"));
        EngineBatch batch = other.newBatch();
        batch.put(Bucket.LEASE, bytes("old"), bytes("gone"));
        other.write(batch);
        other.restore(dir.resolve("copy"));

        assertThat(keys(other.cursor(Bucket.KV, null, null))).containsExactly("a");
        assertThat(other.get(Bucket.LEASE, bytes("old"))).isNull();
        batch.clear();
        batch.put(Bucket.KV, bytes("c"), bytes("3"));
        other.write(batch);
        other.flush();
        assertThat(keys(other.cursor(Bucket.KV, null, null))).containsExactly("a", "c");
        other.close();

        assertThat(keys(engine.cursor(Bucket.KV, null, null))).containsExactly("b");
        engine.restore(dir.resolve("copy"));
        assertThat(keys(engine.cursor(Bucket.KV, null, null))).containsExactly("a");
        try (var left = Files.list(dir)) {
            assertThat(left.map(path -> path.getFileName().toString())).isSubsetOf("state", "copy", "other");
        }
    }

    @Test
    void aNewerFormatIsRefusedWithAMessage() {
        KvEngine newer = open(dir.resolve("newer"));
        EngineBatch batch = newer.newBatch();
        batch.put(Bucket.META, FormatVersion.key(), FormatVersion.encode(FormatVersion.CURRENT + 1));
        newer.write(batch);
        newer.checkpoint(dir.resolve("copy"));
        newer.close();

        assertThatThrownBy(() -> engine.restore(dir.resolve("copy")))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("format version 2")
                .hasMessageContaining("up to version 1");
    }

    @Test
    void everyCallAfterCloseIsACleanException() {
        EngineBatch batch = engine.newBatch();
        batch.put(Bucket.KV, bytes("a"), bytes("1"));
        engine.close();
        engine.close();

        List<Runnable> calls = List.of(
                () -> engine.get(Bucket.KV, bytes("a")),
                () -> engine.cursor(Bucket.KV, null, null),
                () -> engine.reverseCursor(Bucket.KV, null, null),
                () -> engine.write(batch),
                () -> engine.flush(),
                () -> engine.compact(),
                () -> engine.bytesUsed(),
                () -> engine.checkpoint(dir.resolve("copy")));
        for (Runnable call : calls) {
            assertThatThrownBy(call::run).isInstanceOf(EngineClosedException.class);
        }
    }

    @Test
    void closingWhileOthersReadAndWriteIsSafe() throws Exception {
        put("a", "1");
        CountDownLatch running = new CountDownLatch(3);
        AtomicReference<Throwable> unexpected = new AtomicReference<>();
        List<Thread> users = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int kind = i;
            users.add(new Thread(() -> {
                try {
                    EngineBatch batch = engine.newBatch();
                    batch.put(Bucket.KV, bytes("b"), bytes("2"));
                    for (int round = 0; ; round++) {
                        if (round == 100) {
                            running.countDown();
                        }
                        switch (kind) {
                            case 0 -> engine.get(Bucket.KV, bytes("a"));
                            case 1 -> keys(engine.cursor(Bucket.KV, null, null));
                            default -> engine.write(batch);
                        }
                    }
                } catch (EngineClosedException expected) {
                    // how each of them ends
                } catch (Throwable failure) {
                    unexpected.set(failure);
                    running.countDown();
                }
            }));
        }
        users.forEach(Thread::start);
        assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();

        engine.close();

        for (Thread user : users) {
            user.join(30_000);
            assertThat(user.isAlive()).isFalse();
        }
        assertThat(unexpected.get()).isNull();
    }

    @Test
    void aSnapshotShowsAllBucketsAsTheyWere() {
        put("a", "1");
        put("b", "1");
        try (EngineSnapshot snapshot = engine.snapshot()) {
            put("a", "2");
            delete("b");
            put("c", "1");

            assertThat(snapshot.get(Bucket.KV, bytes("a"))).isEqualTo(bytes("1"));
            assertThat(keys(snapshot.cursor(Bucket.KV, null, null))).containsExactly("a", "b");
            assertThat(keys(snapshot.cursor(Bucket.KV, bytes("b"), null))).containsExactly("b");
        }
        assertThat(keys(engine.cursor(Bucket.KV, null, null))).containsExactly("a", "c");
    }

    @Test
    void aSnapshotHoldsUpNeitherCloseNorIsItFreedTwice() {
        put("a", "1");
        EngineSnapshot snapshot = engine.snapshot();
        snapshot.close();
        snapshot.close();
        EngineSnapshot open = engine.snapshot();

        engine.close();

        open.close();
    }

    void put(String key, String value) {
        EngineBatch batch = engine.newBatch();
        batch.put(Bucket.KV, bytes(key), bytes(value));
        engine.write(batch);
    }

    void delete(String key) {
        EngineBatch batch = engine.newBatch();
        batch.delete(Bucket.KV, bytes(key));
        engine.write(batch);
    }

    static List<String> keys(Cursor cursor) {
        return rawKeys(cursor).stream().map(key -> new String(key, UTF_8)).toList();
    }

    static List<byte[]> rawKeys(Cursor cursor) {
        try (cursor) {
            List<byte[]> keys = new ArrayList<>();
            while (cursor.next()) {
                keys.add(cursor.key());
            }
            return keys;
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
