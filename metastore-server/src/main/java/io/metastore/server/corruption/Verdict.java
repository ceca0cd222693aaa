package io.metastore.server.corruption;

import io.metastore.storage.mvcc.KvHash;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a comparison by the leader has shown.
 *
 * @param accused the members that differ; 0 for the whole cluster, where nobody can say who is right
 * @param complete whether nothing is left to find out: all were asked and agree, or somebody is accused
 * @param why for the log; empty if all agree
 */
record Verdict(NavigableSet<Long> accused, boolean complete, String why) {
    /** Stands for the whole cluster. */
    static final long EVERYBODY = 0;

    /**
     * Of states (etcd: corrupt.go, PeriodicCheck). One member is accused at most: the first that is found.
     *
     * @param before the leader's, at whose revision the others were asked
     * @param after the leader's, once all that the others can have known is applied here
     */
    static Verdict ofStates(long self, KvHash before, KvHash after, List<PeerHash> others) {
        if (before.hashRevision() == after.hashRevision()
                && before.compactRevision() == after.compactRevision()
                && before.hash() != after.hash()) {
            return against(self, "two hashes of one revision differ");
        }
        boolean all = true;
        for (PeerHash other : others) {
            if (!(other instanceof PeerHash.Told told)) {
                all = false;
                continue;
            }
            Optional<String> wrong = wrongWith(told, before, after);
            if (wrong.isPresent()) {
                return against(told.member(), wrong.get());
            }
        }
        return new Verdict(new TreeSet<>(), all, "");
    }

    private static Optional<String> wrongWith(PeerHash.Told told, KvHash before, KvHash after) {
        if (told.currentRevision() > after.hashRevision()) {
            return Optional.of("a follower's revision is later than the leader's");
        }
        if (told.compactRevision() > after.compactRevision()) {
            return Optional.of("a follower's compact revision is later than the leader's");
        }
        boolean comparable = told.compactRevision() == before.compactRevision();
        return comparable && told.hash() != before.hash()
                ? Optional.of("hashes differ under the same compact revision")
                : Optional.empty();
    }

    private static Verdict against(long member, String why) {
        return new Verdict(new TreeSet<>(List.of(member)), true, why);
    }

    /**
     * Of one compaction (etcd: corrupt.go, checkPeerHashes): whoever does not have the hash that a majority of all members
     * has is accused; without such a majority, the cluster.
     */
    static Verdict ofCompaction(long self, KvHash mine, List<PeerHash> others) {
        Map<Integer, NavigableSet<Long>> byHash = new TreeMap<>();
        byHash.computeIfAbsent(mine.hash(), hash -> new TreeSet<>()).add(self);
        boolean all = true;
        for (PeerHash other : others) {
            if (other instanceof PeerHash.Told told && told.compactRevision() == mine.compactRevision()) {
                byHash.computeIfAbsent(told.hash(), hash -> new TreeSet<>()).add(told.member());
            } else {
                all = false;
            }
        }
        if (byHash.size() == 1) {
            return new Verdict(new TreeSet<>(), all, "");
        }
        int quorum = (others.size() + 1) / 2 + 1;
        String why = "hashes of a compaction differ";
        if (byHash.values().stream().noneMatch(members -> members.size() >= quorum)) {
            return against(EVERYBODY, why + ", and no majority agrees");
        }
        NavigableSet<Long> accused = new TreeSet<>();
        byHash.values().stream().filter(members -> members.size() < quorum).forEach(accused::addAll);
        return new Verdict(accused, true, why);
    }
}
