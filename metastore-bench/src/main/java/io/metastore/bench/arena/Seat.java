package io.metastore.bench.arena;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A member's place in its cluster: its name, where it listens, and who founds the cluster. */
public record Seat(String name, Ports ports, String initialCluster) {

    /** That of a member without others. */
    public static Seat alone(Ports ports) {
        return round(List.of(ports)).get(0);
    }

    /** Those of a cluster's founders. */
    static List<Seat> round(List<Ports> all) {
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= all.size(); i++) {
            names.add("m" + i);
        }
        String founders = names.stream()
                .map(name -> name + "=" + all.get(names.indexOf(name)).peerUrl())
                .collect(Collectors.joining(","));
        return names.stream()
                .map(name -> new Seat(name, all.get(names.indexOf(name)), founders))
                .toList();
    }
}
