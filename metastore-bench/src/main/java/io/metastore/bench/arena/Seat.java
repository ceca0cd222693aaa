package io.metastore.bench.arena;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A member's place in its cluster.
 *
 * @param ports where it listens
 * @param initialCluster all members, itself among them
 * @param joins whether the cluster was there before it
 */
public record Seat(String name, Ports ports, String initialCluster, boolean joins) {

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
                .map(name -> new Seat(name, all.get(names.indexOf(name)), founders, false))
                .toList();
    }

    /** That of one more member. */
    static Seat beside(List<Seat> members, String name, Ports ports) {
        String others = members.stream()
                .map(member -> member.name() + "=" + member.ports().peerUrl())
                .collect(Collectors.joining(","));
        return new Seat(name, ports, others + "," + name + "=" + ports.peerUrl(), true);
    }
}
