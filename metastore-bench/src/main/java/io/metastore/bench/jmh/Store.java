package io.metastore.bench.jmh;

import io.metastore.storage.engine.EngineConfig;
import io.metastore.storage.engine.KvEngine;
import io.metastore.storage.engine.MemoryEngine;
import io.metastore.storage.engine.RocksEngine;
import io.metastore.storage.mvcc.MvccStore;
import io.metastore.storage.state.Command;
import io.metastore.storage.state.Outcome;
import io.metastore.storage.state.StateConfig;
import io.metastore.storage.state.StateMachine;
import java.io.IOException;
import java.nio.file.Path;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A state machine with a thousand keys, new in each iteration, so that history does not pile up from one to the next. It
 * has one writer: each thread has a store of its own, or it is {@link Shared} with readers.
 */
@State(Scope.Thread)
public class Store {
    private static final long TERM = 1;

    /** {@code rocksdb} or {@code memory}. Neither syncs: durable is the raft log, which is not here. */
    @Param({"rocksdb", "memory"})
    public String engine = "rocksdb";

    /** The store of a group of threads, one of which writes. */
    @State(Scope.Group)
    public static class Shared extends Store {}

    private Path directory;
    private KvEngine bytes;
    private StateMachine state;

    // Owned by the thread that writes.
    private long index;
    private long count;

    @Setup(Level.Iteration)
    public void open() throws IOException {
        directory = Scratch.newDirectory();
        bytes = switch (engine) {
            case "memory" -> new MemoryEngine();
            case "rocksdb" -> RocksEngine.open(directory.resolve("state"), EngineConfig.DEFAULT);
            default -> throw new IllegalArgumentException("engine " + engine + ": rocksdb or memory");
        };
        state = StateMachine.open(bytes, StateConfig.DEFAULT);
        index = 0;
        count = 0;
        for (int i = 0; i < Requests.KEYS; i++) {
            apply(new Command.Put(Requests.put(Requests.key("bench/store/", i), Requests.VALUE)));
        }
        commit();
    }

    /** Into the open batch. */
    Outcome apply(Command command) {
        return state.apply(command, index + 1, TERM).orThrow();
    }

    /** Writes and publishes the batch. */
    void commit() {
        state.commit(++index, TERM);
    }

    /** 0, 1, 2 and so on. */
    long next() {
        return count++;
    }

    MvccStore reads() {
        return state.store();
    }

    @TearDown(Level.Iteration)
    public void close() throws IOException {
        state.close();
        bytes.close();
        Scratch.delete(directory);
    }
}
