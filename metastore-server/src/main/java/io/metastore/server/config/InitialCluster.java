package io.metastore.server.config;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The members a new cluster is founded with, by name (etcd: {@code --initial-cluster}); a name may repeat. */
public record InitialCluster(Map<String, List<URI>> peerUrlsByName, String token) {

    public InitialCluster {
        Map<String, List<URI>> copy = new LinkedHashMap<>();
        peerUrlsByName.forEach((name, urls) -> copy.put(name, List.copyOf(urls)));
        peerUrlsByName = copy;
    }

    /** Reads {@code name=url,...}. */
    public static InitialCluster of(String list, String token) throws ConfigException {
        List<String> problems = new ArrayList<>();
        InitialCluster cluster = parse(list, token, problems);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return cluster;
    }

    /** Reads a member's own peer URLs, as they are advertised. */
    public static List<URI> peerUrls(String list) throws ConfigException {
        List<String> problems = new ArrayList<>();
        List<URI> urls = Urls.parse("initial-advertise-peer-urls", list, problems);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return urls;
    }

    static InitialCluster parse(String list, String token, List<String> problems) {
        Map<String, List<URI>> members = new LinkedHashMap<>();
        for (String entry : list.split(",", -1)) {
            int equals = entry.indexOf('=');
            if (equals <= 0) {
                problems.add("--initial-cluster: expected name=url, found \"%s\"".formatted(entry));
                continue;
            }
            List<URI> urls = Urls.parse("initial-cluster", entry.substring(equals + 1), problems);
            members.computeIfAbsent(entry.substring(0, equals).trim(), name -> new ArrayList<>())
                    .addAll(urls);
        }
        return new InitialCluster(members, token);
    }

    static InitialCluster single(String name, List<URI> peerUrls, String token) {
        return new InitialCluster(Map.of(name, peerUrls), token);
    }
}
