package io.metastore.storage.mvcc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.storage.engine.KvEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A store driven by one thread with strings: what the tests of this package talk to. */
final class StoreFixture {
    static final MvccConfig CONFIG = MvccConfig.DEFAULT.withCompaction(3, Duration.ZERO);

    final KvEngine engine;
    MvccStore mvcc;

    StoreFixture(KvEngine engine) {
        this(engine, CONFIG);
    }

    StoreFixture(KvEngine engine, MvccConfig config) {
        this.engine = engine;
        this.mvcc = MvccStore.open(engine, config);
    }

    void reopen() {
        mvcc.close();
        mvcc = MvccStore.open(engine, CONFIG);
    }

    /** One command in a batch of its own. */
    List<Change> apply(Consumer<WriteTxn> command) {
        WriteTxn txn = mvcc.writer();
        txn.begin();
        command.accept(txn);
        txn.end();
        return txn.commit();
    }

    long put(String key, String value) {
        apply(txn -> txn.put(Key.of(key), ByteString.copyFromUtf8(value), 0));
        return mvcc.currentRevision();
    }

    long delete(String key) {
        apply(txn -> txn.deleteRange(KeyRange.ofKey(Key.of(key)), null));
        return mvcc.currentRevision();
    }

    long deleteRange(String from, String to) {
        apply(txn -> txn.deleteRange(new KeyRange(Key.of(from), Key.of(to)), null));
        return mvcc.currentRevision();
    }

    void compact(long revision) {
        apply(txn -> txn.compact(revision));
    }

    /** Does all erasing that is due. */
    void erase() {
        mvcc.compactor().runAll();
    }

    String hash(long revision) {
        KvHash hash = mvcc.hashKv(revision);
        return Integer.toUnsignedString(hash.hash()) + " " + hash.compactRevision() + " " + hash.hashRevision();
    }

    RangeResponse get(String key, long revision) {
        return range(RangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setRevision(revision)
                .build());
    }

    RangeResponse range(RangeRequest request) {
        return parse(mvcc.range(RangeQuery.fromRequest(request)));
    }

    List<Change> changes(long from, long to) throws CompactedException {
        List<Change> changes = new ArrayList<>();
        mvcc.changes(from, to, Integer.MAX_VALUE, changes::add);
        return changes;
    }

    static RangeResponse parse(RangeResult result) {
        try {
            return RangeResponse.parseFrom(result.body().toByteArray());
        } catch (InvalidProtocolBufferException damaged) {
            throw new AssertionError(damaged);
        }
    }

    static KeyValue parse(byte[] keyValue) {
        try {
            return KeyValue.parseFrom(keyValue);
        } catch (InvalidProtocolBufferException damaged) {
            throw new AssertionError(damaged);
        }
    }
}
