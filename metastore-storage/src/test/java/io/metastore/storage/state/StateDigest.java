package io.metastore.storage.state;

import io.metastore.api.rpc.AlarmType;
import io.metastore.storage.lease.Lease;
import io.metastore.storage.mvcc.Key;
import io.metastore.storage.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** All that members must agree on, to be compared between them and with the model. */
record StateDigest(
        long revision,
        long compactedRevision,
        NavigableMap<Long, String> leases,
        List<String> alarms,
        List<String> members,
        String clusterVersion) {

    static StateDigest of(StateMachine state) {
        NavigableMap<Long, String> leases = new TreeMap<>();
        for (Lease lease : state.leases().all()) {
            leases.put(
                    lease.id(),
                    lease.ttlSeconds() + "/" + lease.remainingSeconds() + " "
                            + state.leases().keysOf(lease.id()));
        }
        return new StateDigest(
                state.store().currentRevision(),
                state.store().compactedRevision(),
                leases,
                state.alarms().active(AlarmType.NONE).stream()
                        .map(alarm -> alarm.getAlarmValue() + " " + alarm.getMemberID())
                        .toList(),
                state.members().members().stream().map(Object::toString).toList(),
                state.members().clusterVersion());
    }

    static StateDigest of(ModelState model) {
        NavigableMap<Long, String> leases = new TreeMap<>();
        model.leases.forEach((id, lease) -> {
            List<Key> keys = model.keys().values().stream()
                    .filter(kv -> kv.getLease() == id)
                    .map(kv -> Key.of(kv.getKey()))
                    .toList();
            leases.put(id, lease.get(0) + "/" + lease.get(1) + " " + keys);
        });
        return new StateDigest(
                model.revision,
                model.compacted,
                leases,
                new ArrayList<>(model.alarms),
                model.members.values().stream().map(Object::toString).toList(),
                model.clusterVersion);
    }

    /**
     * Hashes over all that is stored, as far as they must not depend on how far a compaction has erased: etcd's HashKV
     * does when nothing is alive, and at the compact revision itself.
     */
    static List<Integer> hashesOf(StateMachine state) {
        long revision = state.store().currentRevision();
        boolean isComparable = state.store().count(KeyRange.ALL, 0) > 0
                && revision > state.store().compactedRevision();
        return List.of(state.hash(), isComparable ? state.hashKv(revision).hash() : 0);
    }
}
