package io.metastore.storage.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.storage.auth.AuthChanges;
import io.metastore.storage.backup.Backup;
import io.metastore.storage.backup.SnapshotStatus;
import io.metastore.storage.bolt.BoltFile;
import io.metastore.storage.cluster.Member;
import io.metastore.storage.engine.KvEngine;
import io.metastore.storage.engine.MemoryEngine;
import io.metastore.storage.mvcc.KeyRange;
import io.metastore.storage.mvcc.RangeQuery;
import io.metastore.storage.state.RandomCommands.Entry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A state written as an etcd's database and read back is the same state in a new cluster. */
@Timeout(60)
class BackupRestoreTest {
    private static final String VERSION = "3.7.0";
    private static final List<Member> MEMBERS = List.of(new Member(5, "m", List.of("http://p"), List.of(), false));

    @TempDir
    private Path directory;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 20);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aRestoredStateAnswersAsTheOneBefore(long seed) throws Exception {
        List<Entry> log = new RandomCommands(seed * 31).entries(400);
        try (Machine original = new Machine()) {
            if (seed % 2 == 0) {
                original.state.store().compactor().start();
            }
            log.subList(0, 300).forEach(entry -> entry.commands().forEach(original::apply));
            // What is applied while the backup is read is not in it.
            long before = original.state.store().currentRevision();
            Path file = write(original, () -> {
                original.apply(Commands.put("afterwards=1"));
                original.apply(Commands.delete("afterwards"));
            });
            try (KvEngine engine = new MemoryEngine();
                    StateMachine restored = restore(engine, file, 0)) {
                assertThat(restored.store().currentRevision()).isEqualTo(before);
                assertSameHistory(original.state, restored);
                assertThat(StateDigest.of(restored).leases())
                        .isEqualTo(StateDigest.of(original.state).leases());
                assertThat(StateDigest.of(restored).alarms())
                        .isEqualTo(StateDigest.of(original.state).alarms());
                assertThat(restored.members().members()).isEqualTo(MEMBERS);
                assertThat(restored.appliedIndex()).isEqualTo(1);
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aRestoredStateGoesOnAsTheOneBefore(long seed) throws Exception {
        List<Entry> log = new RandomCommands(seed * 37).entries(400);
        try (Machine original = new Machine()) {
            log.subList(0, 200).forEach(entry -> entry.commands().forEach(original::apply));
            Path file = write(original, () -> {});
            try (KvEngine engine = new MemoryEngine();
                    StateMachine restored = restore(engine, file, 0)) {
                original.state.store().compactor().start();
                restored.store().compactor().start();
                long index = restored.appliedIndex();
                for (Entry entry : log.subList(200, 400)) {
                    for (var command : entry.commands()) {
                        original.apply(command);
                        restored.apply(command, Machine.INDEX, Machine.TERM);
                        restored.commit(++index, Machine.TERM);
                    }
                }
                assertThat(restored.store().currentRevision())
                        .isEqualTo(original.state.store().currentRevision());
                assertSameHistory(original.state, restored);
                assertThat(StateDigest.of(restored).leases())
                        .isEqualTo(StateDigest.of(original.state).leases());
                assertThat(StateDigest.hashesOf(restored).get(1))
                        .isEqualTo(StateDigest.hashesOf(original.state).get(1));
                assertThat(restored.dbSizeInUse()).isPositive();
            }
        }
    }

    private static void assertSameHistory(StateMachine original, StateMachine restored) {
        long compacted = restored.store().compactedRevision();
        assertThat(compacted).isEqualTo(original.store().compactedRevision());
        for (long revision = Math.max(1, compacted);
                revision <= restored.store().currentRevision();
                revision++) {
            assertThat(all(restored, revision)).as("revision %d", revision).isEqualTo(all(original, revision));
            assertThat(restored.store().count(KeyRange.ALL, revision))
                    .isEqualTo(original.store().count(KeyRange.ALL, revision));
        }
    }

    private static ByteString all(StateMachine state, long revision) {
        ByteString zero = ByteString.copyFrom(new byte[1]);
        RangeRequest request = RangeRequest.newBuilder()
                .setKey(zero)
                .setRangeEnd(zero)
                .setRevision(revision)
                .build();
        return ByteString.copyFrom(
                state.store().range(RangeQuery.fromRequest(request)).body().toByteArray());
    }

    @Test
    void usersRolesAndWhetherTheyCountComeBack() throws Exception {
        try (Machine original = new Machine()) {
            for (String change : List.of(
                    "user add root c2VjcmV0",
                    "role add root",
                    "user grant root root",
                    "user add bob Ym9i",
                    "role add r",
                    "role grant r readwrite k",
                    "user grant bob r",
                    "enable")) {
                original.apply(new Command.ChangeAuth(AuthChanges.of(change)));
            }
            Path file = write(original, () -> {});
            try (KvEngine engine = new MemoryEngine();
                    StateMachine restored = restore(engine, file, 0)) {
                assertThat(restored.auth().state().enabled()).isTrue();
                assertThat(restored.auth().state().revision())
                        .isEqualTo(original.state.auth().state().revision());
                assertThat(restored.auth().state().users())
                        .isEqualTo(original.state.auth().state().users());
                assertThat(restored.auth().state().roles())
                        .isEqualTo(original.state.auth().state().roles());
            }
        }
    }

    @Test
    void aBumpMovesTheRevisionOnAndCompactsWhatIsBeforeIt() throws Exception {
        try (Machine original = new Machine()) {
            original.put("a=1");
            original.put("b=1");
            Path file = write(original, () -> {});
            try (KvEngine engine = new MemoryEngine();
                    StateMachine restored = restore(engine, file, 1000)) {
                assertThat(restored.store().currentRevision()).isEqualTo(1003);
                assertThat(restored.store().compactedRevision()).isEqualTo(1003);
                assertThat(restored.store().count(KeyRange.ALL, 0)).isEqualTo(2);
            }
        }
    }

    @Test
    void aStatusTellsLiveKeysAndTheNewestRevision() throws Exception {
        try (Machine original = new Machine()) {
            original.put("a=1");
            original.put("b=1");
            original.put("b=2");
            original.delete("a");
            Path file = write(original, () -> {});
            try (BoltFile opened = BoltFile.open(file)) {
                SnapshotStatus status = SnapshotStatus.of(opened);
                assertThat(status.revision()).isEqualTo(5);
                assertThat(status.totalKeys()).isEqualTo(1);
                assertThat(status.totalBytes()).isEqualTo(Files.size(file));
                assertThat(status.version()).isEqualTo(VERSION);
            }
        }
    }

    @Test
    void aRecordThatIsNoneIsRefused() throws Exception {
        try (Machine original = new Machine()) {
            original.put("abcdefghij=1");
            Path file = write(original, () -> {});
            byte[] bytes = Files.readAllBytes(file);
            int at = indexOf(bytes, "abcdefghij");
            bytes[at - 1] = 99; // the length of the key
            Files.write(file, bytes);
            try (KvEngine engine = new MemoryEngine()) {
                assertThatThrownBy(() -> restore(engine, file, 0))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("bucket key");
            }
        }
    }

    private static int indexOf(byte[] bytes, String text) {
        return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
    }

    private Path write(Machine machine, Runnable meanwhile) throws IOException {
        Path file = directory.resolve("snapshot.db");
        try (Backup backup = machine.state.backup(VERSION);
                OutputStream out = Files.newOutputStream(file)) {
            meanwhile.run();
            byte[] part = new byte[32 << 10];
            for (int read = backup.read(part); read > 0; read = backup.read(part)) {
                out.write(part, 0, read);
                backup.pause();
            }
        }
        return file;
    }

    private static StateMachine restore(KvEngine engine, Path file, long bump) throws IOException {
        try (BoltFile opened = BoltFile.open(file)) {
            StateMachine.restore(engine, opened, MEMBERS, bump, 1, 1, bytes -> {});
        }
        return StateMachine.open(engine, StateConfig.DEFAULT);
    }
}
