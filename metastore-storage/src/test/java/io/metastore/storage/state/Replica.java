package io.metastore.storage.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.metastore.api.rpc.AlarmResponse;
import io.metastore.api.rpc.CompactionResponse;
import io.metastore.api.rpc.DeleteRangeResponse;
import io.metastore.api.rpc.LeaseGrantResponse;
import io.metastore.api.rpc.LeaseRevokeResponse;
import io.metastore.api.rpc.PutResponse;
import io.metastore.api.rpc.TxnResponse;
import io.metastore.storage.engine.KvEngine;
import io.metastore.storage.mvcc.Change;
import io.metastore.storage.state.RandomCommands.Entry;
import io.metastore.storage.watch.ChangeListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One member's state in a simulated group: takes entries, crashes back to what was last flushed, takes over another
 * member's state. Remembers each entry's answers as messages, and what its watchers would have been told per revision.
 */
final class Replica implements AutoCloseable {
    private final Supplier<KvEngine> engines;
    private final Path directory;
    private final boolean erases;
    private final Map<Long, List<Object>> answers = new HashMap<>();
    private final Map<Long, List<String>> events = new HashMap<>();
    private int checkpoints;
    private @Nullable Path flushed;
    private KvEngine engine;
    private StateMachine state;

    /** @param erases whether compactions erase, which nobody must be able to tell */
    Replica(Supplier<KvEngine> engines, Path directory, boolean erases) {
        this.engines = engines;
        this.directory = directory;
        this.erases = erases;
        this.engine = engines.get();
        this.state = open();
    }

    private StateMachine open() {
        StateMachine opened = StateMachine.open(engine, StateConfig.DEFAULT);
        if (erases) {
            opened.store().compactor().start();
        }
        opened.addListener(new Events());
        return opened;
    }

    StateMachine state() {
        return state;
    }

    long appliedIndex() {
        return state.appliedIndex();
    }

    /** The answers to an entry, null if this replica never applied it. */
    @Nullable
    List<Object> answersTo(long index) {
        return answers.get(index);
    }

    @Nullable
    List<String> eventsOf(long revision) {
        return events.get(revision);
    }

    /** One batch; entries that the state holds are skipped, as raft does. */
    void apply(List<Entry> batch) {
        long last = state.appliedIndex();
        for (Entry entry : batch) {
            if (entry.index() > last) {
                assertThat(entry.index()).isEqualTo(last + 1);
                List<Object> given = new ArrayList<>();
                entry.commands()
                        .forEach(command ->
                                given.add(answer(command, state.apply(command, entry.index(), entry.term()))));
                remember(answers, entry.index(), given);
                last = entry.index();
            }
        }
        if (last > state.appliedIndex()) {
            state.commit(last, batch.get(batch.size() - 1).term());
        }
    }

    /** What is written by now survives a crash. */
    void flush() {
        flushed = save();
    }

    Path save() {
        Path checkpoint = directory.resolve("checkpoint-" + checkpoints++);
        state.saveTo(checkpoint);
        return checkpoint;
    }

    void load(Path checkpoint) {
        state.loadFrom(checkpoint);
        flushed = save();
    }

    /** Loses everything since the last flush. */
    void crash() {
        close();
        engine = engines.get();
        if (flushed != null) {
            engine.restore(flushed);
        }
        state = open();
    }

    @Override
    public void close() {
        state.close();
        engine.close();
    }

    /** A replayed entry must be answered as the first time. */
    private static <T> void remember(Map<Long, T> known, long key, T value) {
        T before = known.put(key, value);
        if (before != null) {
            assertThat(value).as("replay of %d", key).isEqualTo(before);
        }
    }

    static Object answer(Command command, Outcome outcome) {
        if (outcome instanceof Outcome.Rejected rejected) {
            return rejected.error();
        }
        return Machine.answer((Outcome.Applied) outcome, responseTo(command));
    }

    private static Message.Builder responseTo(Command command) {
        if (command instanceof Command.Put) {
            return PutResponse.newBuilder();
        }
        if (command instanceof Command.DeleteRange) {
            return DeleteRangeResponse.newBuilder();
        }
        if (command instanceof Command.Txn) {
            return TxnResponse.newBuilder();
        }
        if (command instanceof Command.Compact) {
            return CompactionResponse.newBuilder();
        }
        if (command instanceof Command.LeaseGrant) {
            return LeaseGrantResponse.newBuilder();
        }
        return command instanceof Command.Alarm ? AlarmResponse.newBuilder() : LeaseRevokeResponse.newBuilder();
    }

    private final class Events implements ChangeListener {
        @Override
        public void published(long revision, List<Change> changes) {
            assertThat(changes.get(changes.size() - 1).revision().main()).isEqualTo(revision);
            Map<Long, List<String>> byRevision = new HashMap<>();
            for (Change change : changes) {
                List<String> sofar =
                        byRevision.computeIfAbsent(change.revision().main(), main -> new ArrayList<>());
                assertThat(change.revision().sub()).isEqualTo(sofar.size());
                sofar.add(text(change));
            }
            byRevision.forEach((main, told) -> remember(events, main, told));
        }

        @Override
        public void compacted(long compactRevision) {}

        @Override
        public void reset() {}

        private String text(Change change) {
            try {
                var kv = io.metastore.api.rpc.KeyValue.parseFrom(change.keyValue());
                return change.tombstone() ? "DELETE " + kv.getKey().toStringUtf8() : "PUT " + kv;
            } catch (com.google.protobuf.InvalidProtocolBufferException wrong) {
                throw new AssertionError(wrong);
            }
        }
    }
}
