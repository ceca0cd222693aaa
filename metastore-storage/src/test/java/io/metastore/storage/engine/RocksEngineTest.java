package io.metastore.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RocksEngineTest extends EngineContractTest {
    private static final EngineConfig SMALL = new EngineConfig(16 << 20, 4 << 20, 4096, 2);

    @Override
    KvEngine open(Path directory) {
        return RocksEngine.open(directory, SMALL);
    }

    @AfterEach
    void noNativeHandleIsLeft() {
        engine.close();
        assertThat(RocksDatabase.liveHandles()).isZero();
    }

    @Test
    void whatWasWrittenIsThereAfterReopening() {
        put("a", "1");
        engine.close();
        engine = open(dir.resolve("state"));

        assertThat(engine.get(Bucket.KV, bytes("a"))).isEqualTo(bytes("1"));
    }

    @Test
    void aCopyOfTheFilesAfterAFlushHoldsAllBucketsAlike() throws Exception {
        EngineBatch batch = engine.newBatch();
        for (int i = 0; i < 1000; i++) {
            batch.put(Bucket.KV, bytes("k" + i), new byte[100]);
            batch.put(Bucket.META, bytes("applied"), bytes("" + i));
            engine.write(batch);
            batch.clear();
            if (i == 500) {
                engine.flush();
            }
        }
        Path copy = dir.resolve("crashed");
        Files.createDirectory(copy);
        try (var files = Files.list(dir.resolve("state"))) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        try (KvEngine crashed = open(copy)) {
            assertThat(crashed.get(Bucket.META, bytes("applied"))).isEqualTo(bytes("500"));
            assertThat(keys(crashed.cursor(Bucket.KV, null, null))).hasSize(501);
        }
    }

    @Test
    void aSecondOpenOfTheSameDirectoryIsRefused() {
        assertThatThrownBy(() -> open(dir.resolve("state")))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("state");
    }

    @Test
    void aDamagedTableFileIsAnErrorAndNotAMissingKey() throws Exception {
        for (int i = 0; i < 1000; i++) {
            put("k" + i, "v" + i);
        }
        engine.close();
        damageTables();

        engine = open(dir.resolve("state"));
        List<EngineException> told = new ArrayList<>();
        engine.onDamage(told::add);
        for (int again = 0; again < 2; again++) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1000; i++) {
                            assertThat(engine.get(Bucket.KV, bytes("k" + i))).isNotNull();
                        }
                    })
                    .isInstanceOf(EngineException.class);
            assertThatThrownBy(() -> keys(engine.cursor(Bucket.KV, null, null))).isInstanceOf(EngineException.class);
        }
        assertThat(told)
                .singleElement()
                .extracting(Throwable::getMessage)
                .asString()
                .contains("read failed: ");
    }

    private void damageTables() throws IOException {
        try (var files = Files.list(dir.resolve("state"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".sst")).toList()) {
                byte[] content = Files.readAllBytes(file);
                if (content.length > 5000) {
                    for (int at = 0; at < 4000; at += 50) {
                        content[at] ^= 0x55;
                    }
                    Files.write(file, content, StandardOpenOption.TRUNCATE_EXISTING);
                }
            }
        }
    }

    @Test
    void damageThatACursorFindsIsTold() throws Exception {
        for (int i = 0; i < 1000; i++) {
            put("k" + i, "v" + i);
        }
        engine.close();
        damageTables();
        engine = open(dir.resolve("state"));
        List<EngineException> told = new ArrayList<>();
        engine.onDamage(told::add);

        try (EngineSnapshot snapshot = engine.snapshot()) {
            assertThatThrownBy(() -> keys(snapshot.cursor(Bucket.KV, null, null)))
                    .isInstanceOf(EngineException.class);
        }
        assertThat(told).hasSize(1);
    }

    @Test
    void aNewerFormatOnDiskIsRefusedAtOpen() {
        EngineBatch batch = engine.newBatch();
        batch.put(Bucket.META, FormatVersion.key(), FormatVersion.encode(99));
        engine.write(batch);
        engine.close();

        assertThatThrownBy(() -> open(dir.resolve("state")))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("format version 99");
    }

    @Test
    void aRestoreThatACrashInterruptedLeavesTheOldState() throws Exception {
        put("a", "1");
        engine.close();
        Files.move(dir.resolve("state"), dir.resolve("state.replaced"));
        Files.createDirectory(dir.resolve("state.incoming"));

        engine = open(dir.resolve("state"));

        assertThat(engine.get(Bucket.KV, bytes("a"))).isEqualTo(bytes("1"));
        assertThat(dir.resolve("state.incoming")).doesNotExist();
    }

    @Test
    void aSnapshotEndsWhenTheStateIsReplaced() {
        put("a", "1");
        engine.checkpoint(dir.resolve("copy"));
        try (EngineSnapshot snapshot = engine.snapshot()) {
            engine.restore(dir.resolve("copy"));

            assertThatThrownBy(() -> snapshot.get(Bucket.KV, bytes("a"))).isInstanceOf(EngineException.class);
            assertThatThrownBy(() -> snapshot.cursor(Bucket.KV, null, null)).isInstanceOf(EngineException.class);
        }
        assertThat(engine.get(Bucket.KV, bytes("a"))).isEqualTo(bytes("1"));
    }
}
