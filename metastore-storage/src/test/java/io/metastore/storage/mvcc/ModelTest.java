package io.metastore.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.api.EtcdException;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeRequest.SortOrder;
import io.metastore.api.rpc.RangeRequest.SortTarget;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.storage.engine.EngineConfig;
import io.metastore.storage.engine.KvEngine;
import io.metastore.storage.engine.MemoryEngine;
import io.metastore.storage.engine.RocksEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random commands from a seed: the store and a naive model agree on every answer, at every readable revision. */
class ModelTest {
    private static final List<ByteString> KEYS = keys();
    private static final MvccConfig TINY_CACHE = StoreFixture.CONFIG.withCache(16 << 10, 8 << 20);

    @Property(tries = 1000)
    void agreesWithTheModelInMemory(@ForAll long seed) {
        try (KvEngine engine = new MemoryEngine()) {
            new Run(engine, seed, seed % 3 == 0 ? TINY_CACHE : StoreFixture.CONFIG).go(15);
        }
    }

    @Property(tries = 30)
    void agreesWithTheModelOnDisk(@ForAll long seed) throws IOException {
        Path directory = Files.createTempDirectory("model");
        EngineConfig small = new EngineConfig(8 << 20, 2 << 20, 16, 2);
        try (KvEngine engine = RocksEngine.open(directory.resolve("state"), small)) {
            new Run(engine, seed, seed % 2 == 0 ? TINY_CACHE : StoreFixture.CONFIG).go(40);
        }
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static List<ByteString> keys() {
        List<ByteString> keys = new ArrayList<>();
        for (byte first : new byte[] {0, 'a', 'b', (byte) 0xff}) {
            keys.add(ByteString.copyFrom(new byte[] {first}));
            for (byte second : new byte[] {0, 'a', (byte) 0xff}) {
                keys.add(ByteString.copyFrom(new byte[] {first, second}));
            }
        }
        return keys;
    }

    private static final class Run {
        private final Random random;
        private final StoreFixture store;
        private final ModelStore model = new ModelStore();

        Run(KvEngine engine, long seed, MvccConfig config) {
            random = new Random(seed);
            store = new StoreFixture(engine, config);
        }

        void go(int batches) {
            for (int batch = 0; batch < batches; batch++) {
                batch();
                for (int i = 0; i < 6; i++) {
                    RangeRequest request = request();
                    same(() -> store.range(request), () -> model.range(request), request);
                }
                history();
                if (random.nextInt(4) == 0) {
                    store.erase();
                }
                if (random.nextInt(8) == 0) {
                    store.reopen();
                }
                if (random.nextInt(6) == 0) {
                    store.engine.flush();
                }
            }
            everyRevision();
            pages();
        }

        private void batch() {
            WriteTxn txn = store.mvcc.writer();
            List<ModelStore.Event> before = List.copyOf(model.events);
            for (int commands = random.nextInt(4); commands >= 0; commands--) {
                assertThat(txn.begin()).isEqualTo(model.revision());
                model.begin();
                for (int operations = random.nextInt(4); operations >= 0; operations--) {
                    operation(txn);
                    assertThat(txn.revision()).isEqualTo(model.revision());
                }
                model.end();
                txn.end();
                if (random.nextInt(10) == 0) {
                    long to = random.nextInt((int) model.revision() + 2);
                    same(() -> compacted(txn, to), () -> compacted(to), to);
                }
            }
            List<Change> changes = txn.commit();
            assertThat(changes.stream().map(Run::event))
                    .containsExactlyElementsOf(model.events.subList(before.size(), model.events.size()));
            assertThat(store.mvcc.currentRevision()).isEqualTo(model.revision());
            assertThat(store.mvcc.compactedRevision()).isEqualTo(model.compacted());
        }

        private void operation(WriteTxn txn) {
            ByteString key = key();
            switch (random.nextInt(6)) {
                case 0 -> {
                    ByteString end = rangeEnd();
                    List<byte[]> deleted = new ArrayList<>();
                    long count = txn.deleteRange(KeyRange.fromRequest(key, end), head -> deleted.add(head.keyValue()));
                    List<KeyValue> expected = model.deleteRange(key, end);
                    assertThat(deleted.stream().map(StoreFixture::parse)).containsExactlyElementsOf(expected);
                    assertThat(count).isEqualTo(expected.size());
                }
                case 1 -> {
                    ByteString end = random.nextBoolean() ? ByteString.EMPTY : rangeEnd();
                    assertThat(txn.deleteRange(KeyRange.fromRequest(key, end), null))
                            .isEqualTo(model.deleteRange(key, end).size());
                }
                case 2 -> {
                    RangeRequest request = request();
                    same(
                            () -> StoreFixture.parse(txn.range(RangeQuery.fromRequest(request))),
                            () -> model.range(request),
                            request);
                }
                default -> {
                    ByteString value = ByteString.copyFromUtf8("v".repeat(random.nextInt(20)) + random.nextInt(3));
                    long lease = random.nextInt(3) == 0 ? random.nextLong() : 0;
                    Head put = txn.put(Key.of(key), value, lease);
                    model.put(key, value, lease);
                    assertThat(put.value()).isEqualTo(value);
                    assertThat(put.modRevision()).isEqualTo(model.revision());
                }
            }
        }

        private String compacted(WriteTxn txn, long to) {
            txn.compact(to);
            return "ok";
        }

        private String compacted(long to) {
            model.compact(to);
            return "ok";
        }

        private void everyRevision() {
            RangeRequest all = RangeRequest.newBuilder()
                    .setKey(ByteString.copyFrom(new byte[1]))
                    .setRangeEnd(ByteString.copyFrom(new byte[1]))
                    .build();
            for (long revision = 1; revision <= model.revision(); revision++) {
                RangeRequest at = all.toBuilder().setRevision(revision).build();
                same(() -> store.range(at), () -> model.range(at), at);
                for (ByteString key : KEYS) {
                    RangeRequest one = RangeRequest.newBuilder()
                            .setKey(key)
                            .setRevision(revision)
                            .build();
                    same(() -> store.range(one), () -> model.range(one), one);
                    RangeResult hot = store.mvcc.rangeIfHot(RangeQuery.fromRequest(one));
                    if (hot != null) {
                        assertThat(StoreFixture.parse(hot)).isEqualTo(model.range(one));
                    }
                }
            }
        }

        private void history() {
            long from = random.nextInt((int) model.revision() + 1);
            int step = 1 + random.nextInt(5);
            List<Change> found = new ArrayList<>();
            try {
                long next = from;
                while (next <= model.revision()) {
                    long last = next;
                    next = store.mvcc.changes(next, model.revision(), step, found::add);
                    assertThat(next).isGreaterThan(last);
                }
                assertThat(from).isGreaterThanOrEqualTo(model.compacted());
            } catch (CompactedException compacted) {
                assertThat(from).isLessThan(model.compacted());
                assertThat(compacted.compactRevision()).isEqualTo(model.compacted());
                return;
            }
            List<ModelStore.Event> expected = model.events(from, model.revision()).stream()
                    .filter(this::isKept)
                    .toList();
            assertThat(found.stream().map(Run::event).filter(this::isKept)).containsExactlyElementsOf(expected);
            for (Change change : found) {
                byte[] before = store.mvcc.keyValueBefore(change);
                assertThat(before == null ? null : StoreFixture.parse(before)).isEqualTo(model.before(event(change)));
            }
        }

        /** At the compact revision itself, what was superseded within it may be gone. */
        private boolean isKept(ModelStore.Event event) {
            return event.main() > model.compacted()
                    || model.events.stream()
                            .noneMatch(later -> later.main() == event.main()
                                    && later.sub() > event.sub()
                                    && later.keyValue()
                                            .getKey()
                                            .equals(event.keyValue().getKey()));
        }

        private void pages() {
            RangeRequest request = RangeRequest.newBuilder()
                    .setKey(key())
                    .setRangeEnd(rangeEnd())
                    .setRevision(Math.max(Math.max(1, model.compacted()), 1 + random.nextInt((int) model.revision())))
                    .setKeysOnly(random.nextBoolean())
                    .setSortTarget(SortTarget.forNumber(random.nextInt(5)))
                    .build();
            RangeQuery query = RangeQuery.fromRequest(request);
            RangeResponse.Builder merged = RangeResponse.newBuilder();
            Key next = query.range().start();
            while (next != null) {
                int most = 1 + random.nextInt(3);
                RangePage page = store.mvcc.page(query, next, most, 1 + random.nextInt(60));
                RangeResponse part = StoreFixture.parse(new RangeResult(0, page.body(), 0, 0, false));
                assertThat(part.getKvsCount()).isEqualTo(page.kvs()).isLessThanOrEqualTo(most);
                RangeRequest.Builder same = request.toBuilder().setKey(ByteString.copyFrom(next.bytes()));
                if (page.next() != null) {
                    same.setRangeEnd(ByteString.copyFrom(page.next().bytes()));
                }
                assertThat(part.getKvsList())
                        .isEqualTo(model.range(same.build()).getKvsList());
                merged.mergeFrom(part);
                next = page.next();
            }
            merged.setCount(store.mvcc.count(query.range(), request.getRevision()));
            RangeResponse whole = model.range(request);
            assertThat(merged.getCount()).isEqualTo(whole.getCount());
            if (request.getSortTarget() == SortTarget.KEY) {
                assertThat(merged.build()).isEqualTo(whole);
            }
        }

        private RangeRequest request() {
            RangeRequest.Builder request = RangeRequest.newBuilder().setKey(key());
            if (random.nextInt(4) > 0) {
                request.setRangeEnd(rangeEnd());
            }
            if (random.nextInt(3) == 0) {
                request.setRevision(random.nextInt((int) model.revision() + 3) - 1);
            }
            if (random.nextBoolean()) {
                request.setLimit(random.nextInt(6) - 1);
            }
            request.setSortOrder(SortOrder.forNumber(random.nextInt(3)));
            request.setSortTarget(SortTarget.forNumber(random.nextInt(5)));
            request.setKeysOnly(random.nextInt(4) == 0).setCountOnly(random.nextInt(6) == 0);
            if (random.nextInt(3) == 0) {
                request.setMinModRevision(random.nextInt((int) model.revision()))
                        .setMaxModRevision(random.nextInt((int) model.revision() * 2));
            }
            if (random.nextInt(5) == 0) {
                request.setMinCreateRevision(random.nextInt((int) model.revision()))
                        .setMaxCreateRevision(random.nextInt((int) model.revision() * 2));
            }
            return request.build();
        }

        private ByteString key() {
            return KEYS.get(random.nextInt(KEYS.size()));
        }

        private ByteString rangeEnd() {
            return random.nextInt(3) == 0 ? ByteString.copyFrom(new byte[1]) : key();
        }

        private static ModelStore.Event event(Change change) {
            return new ModelStore.Event(
                    change.revision().main(),
                    change.revision().sub(),
                    change.tombstone(),
                    StoreFixture.parse(change.keyValue()));
        }

        private static <T> void same(Supplier<T> ours, Supplier<T> expected, Object what) {
            assertThat(outcome(ours)).as("%s", what).isEqualTo(outcome(expected));
        }

        private static Object outcome(Supplier<?> call) {
            try {
                return call.get();
            } catch (EtcdException refused) {
                return refused.error();
            }
        }
    }
}
