package io.metastore.bench.arena;

import java.util.List;

/** Servers that are one cluster, of one member or several. */
public record Cluster(List<ServerProcess> members) {
    public Cluster {
        members = List.copyOf(members);
    }

    /**
     * Stops its processes without their knowing, if it has one member. Several would find on waking that they have not heard of
     * each other for long, and elect: those go on.
     */
    public void freeze() {
        if (members.size() == 1) {
            members.get(0).freeze();
        }
    }

    public void thaw() {
        members.forEach(ServerProcess::thaw);
    }
}
