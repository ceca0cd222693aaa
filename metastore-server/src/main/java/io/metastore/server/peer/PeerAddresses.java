package io.metastore.server.peer;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where members are reached: as the member list says; else, for who is not in this member's list yet, as he says himself or as
 * the cluster was founded. Any thread.
 */
final class PeerAddresses {
    private final Map<Long, List<URI>> heard = new ConcurrentHashMap<>();
    private volatile Map<Long, List<URI>> listed = Map.of();

    /** What the cluster has agreed on. */
    void set(Map<Long, List<URI>> members) {
        Map<Long, List<URI>> copy = new HashMap<>();
        members.forEach((id, urls) -> copy.put(id, List.copyOf(urls)));
        listed = copy;
    }

    /** What somebody says of himself, or an operator of a cluster that is not founded yet. */
    void heard(long member, List<URI> urls) {
        heard.put(member, List.copyOf(urls));
    }

    void forget(long member) {
        heard.remove(member);
    }

    /** Empty if nobody knows. */
    List<URI> of(long member) {
        List<URI> agreed = listed.get(member);
        return agreed != null ? agreed : heard.getOrDefault(member, List.of());
    }

    Set<Long> listed() {
        return listed.keySet();
    }
}
