package io.metastore.storage.mvcc;

import com.google.protobuf.ByteString;
import io.metastore.api.EtcdError;
import io.metastore.api.EtcdException;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeRequest.SortOrder;
import io.metastore.api.rpc.RangeRequest.SortTarget;
import io.metastore.api.rpc.RangeResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the store should answer, by the simplest means: a whole map for each revision. */
final class ModelStore {
    private static final Comparator<ByteString> UNSIGNED = ByteString.unsignedLexicographicalComparator();

    /** A record of history; of a tombstone the key alone. */
    record Event(long main, long sub, boolean tombstone, KeyValue keyValue) {}

    private final List<TreeMap<ByteString, KeyValue>> byRevision = new ArrayList<>();
    final List<Event> events = new ArrayList<>();
    private TreeMap<ByteString, KeyValue> now = new TreeMap<>(UNSIGNED);
    private long revision = 1;
    private long compacted = -1;
    private long sub;

    ModelStore() {
        byRevision.add(now);
        byRevision.add(now);
    }

    void begin() {
        sub = 0;
        now = new TreeMap<>(now);
    }

    void end() {
        if (sub > 0) {
            revision++;
            byRevision.add(now);
            sub = 0;
        }
    }

    long revision() {
        return sub > 0 ? revision + 1 : revision;
    }

    long compacted() {
        return compacted;
    }

    void put(ByteString key, ByteString value, long lease) {
        KeyValue before = now.get(key);
        KeyValue put = KeyValue.newBuilder()
                .setKey(key)
                .setValue(value)
                .setLease(lease)
                .setCreateRevision(before == null ? revision + 1 : before.getCreateRevision())
                .setModRevision(revision + 1)
                .setVersion(before == null ? 1 : before.getVersion() + 1)
                .build();
        now.put(key, put);
        events.add(new Event(revision + 1, sub++, false, put));
    }

    List<KeyValue> deleteRange(ByteString key, ByteString rangeEnd) {
        List<KeyValue> deleted = new ArrayList<>();
        for (KeyValue present : List.copyOf(now.values())) {
            if (contains(key, rangeEnd, present.getKey())) {
                now.remove(present.getKey());
                deleted.add(present);
                KeyValue keyOnly =
                        KeyValue.newBuilder().setKey(present.getKey()).build();
                events.add(new Event(revision + 1, sub++, true, keyOnly));
            }
        }
        return deleted;
    }

    void compact(long to) {
        if (to <= compacted) {
            throw new EtcdException(EtcdError.COMPACTED);
        }
        if (to > revision) {
            throw new EtcdException(EtcdError.FUTURE_REVISION);
        }
        compacted = to;
    }

    RangeResponse range(RangeRequest request) {
        if (request.getRevision() > revision()) {
            throw new EtcdException(EtcdError.FUTURE_REVISION);
        }
        long at = request.getRevision() <= 0 ? revision() : request.getRevision();
        if (at < compacted) {
            throw new EtcdException(EtcdError.COMPACTED);
        }
        List<KeyValue> all = new ArrayList<>();
        for (KeyValue alive : mapAt(at).values()) {
            if (contains(request.getKey(), request.getRangeEnd(), alive.getKey())) {
                all.add(alive);
            }
        }
        RangeResponse.Builder response = RangeResponse.newBuilder().setCount(all.size());
        if (request.getCountOnly()) {
            return response.build();
        }
        SortOrder order = request.getSortOrder();
        SortTarget target = request.getSortTarget();
        boolean isDefault = order == SortOrder.NONE || (order == SortOrder.ASCEND && target == SortTarget.KEY);
        boolean isFiltered = request.getMinModRevision() != 0
                || request.getMaxModRevision() != 0
                || request.getMinCreateRevision() != 0
                || request.getMaxCreateRevision() != 0;
        long limit = request.getLimit();
        List<KeyValue> chosen = all;
        if (isDefault && !isFiltered && limit > 0 && chosen.size() > limit + 1) {
            chosen = new ArrayList<>(chosen.subList(0, (int) limit + 1));
        }
        chosen.removeIf(kv -> isOutside(kv.getModRevision(), request.getMinModRevision(), request.getMaxModRevision())
                || isOutside(kv.getCreateRevision(), request.getMinCreateRevision(), request.getMaxCreateRevision()));
        if (!(order == SortOrder.NONE && target == SortTarget.KEY)) {
            Comparator<KeyValue> ascending = comparator(target);
            chosen.sort(order == SortOrder.DESCEND ? ascending.reversed() : ascending);
        }
        if (limit > 0 && chosen.size() > limit) {
            chosen = chosen.subList(0, (int) limit);
            response.setMore(true);
        }
        for (KeyValue kv : chosen) {
            if (request.getKeysOnly()) {
                KeyValue.Builder blanked = kv.toBuilder().clearValue();
                response.addKvs(target == SortTarget.VALUE ? blanked : blanked.clearLease());
            } else {
                response.addKvs(kv);
            }
        }
        return response.build();
    }

    /** Null if it did not live then, if the event creates it, or if that revision cannot be asked for any more. */
    KeyValue before(Event event) {
        if (!event.tombstone && event.keyValue.getCreateRevision() == event.main) {
            return null;
        }
        return event.main - 1 < compacted ? null : mapAt(event.main - 1).get(event.keyValue.getKey());
    }

    List<Event> events(long from, long to) {
        return events.stream()
                .filter(event -> event.main >= from && event.main <= to)
                .toList();
    }

    private Map<ByteString, KeyValue> mapAt(long at) {
        return at > revision ? now : at < 1 ? byRevision.get(0) : byRevision.get((int) at);
    }

    private static boolean isOutside(long value, long min, long max) {
        return (min != 0 && value < min) || (max != 0 && value > max);
    }

    private static Comparator<KeyValue> comparator(SortTarget target) {
        return switch (target) {
            case VERSION -> Comparator.comparingLong(KeyValue::getVersion);
            case CREATE -> Comparator.comparingLong(KeyValue::getCreateRevision);
            case MOD -> Comparator.comparingLong(KeyValue::getModRevision);
            case VALUE -> Comparator.comparing(KeyValue::getValue, UNSIGNED);
            case KEY, UNRECOGNIZED -> Comparator.comparing(KeyValue::getKey, UNSIGNED);
        };
    }

    private static boolean contains(ByteString key, ByteString rangeEnd, ByteString candidate) {
        if (rangeEnd.isEmpty()) {
            return candidate.equals(key);
        }
        if (UNSIGNED.compare(candidate, key) < 0) {
            return false;
        }
        boolean toLast = rangeEnd.size() == 1 && rangeEnd.byteAt(0) == 0;
        return toLast || UNSIGNED.compare(candidate, rangeEnd) < 0;
    }
}
