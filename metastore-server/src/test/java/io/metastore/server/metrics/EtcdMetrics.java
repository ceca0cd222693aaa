package io.metastore.server.metrics;

import io.metastore.server.metrics.Scrape.Family;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a real etcd shows, and what the documents say is not shown here. */
public final class EtcdMetrics {
    private static final String SHOWN = "| series | here | shown by |";
    private static final String ABSENT = "| absent | why |";

    private static final Pattern NAME = Pattern.compile("`([a-z_*{},]+)`");

    private EtcdMetrics() {}

    /**
     * The families of etcd 3.7.3 with {@code --metrics=extensive}: scraped of one that was alone and of three after all kinds of
     * calls. What these did not show is from its sources: alarms, failures, and snapshots between members.
     */
    public static Map<String, Family> families() throws Exception {
        Map<String, Family> families = new TreeMap<>();
        try (InputStream list =
                Objects.requireNonNull(EtcdMetrics.class.getResourceAsStream("/metrics/etcd-3.7.3.txt"))) {
            new String(list.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(line -> {
                String[] fields = line.split(" ");
                families.put(fields[0], new Family(fields[1], new TreeSet<>(set(fields[2])), set(fields[3])));
            });
        }
        return families;
    }

    private static Set<String> set(String list) {
        return list.equals("-") ? new LinkedHashSet<>() : new LinkedHashSet<>(List.of(list.split(",")));
    }

    /** Whether it is about other members, and so not there in one that is alone. */
    public static boolean isAboutPeers(String name) {
        return name.startsWith("etcd_network_")
                && !name.startsWith("etcd_network_client_")
                && !name.equals("etcd_network_known_peers");
    }

    /** Names of docs/compatibility.md that are not here. */
    static List<Pattern> absent() throws Exception {
        return namesIn(ABSENT);
    }

    /** Names of docs/compatibility.md that are here. */
    static List<Pattern> shown() throws Exception {
        return namesIn(SHOWN);
    }

    /** In these names a star stands for anything, and braces for one of what is between them. */
    private static List<Pattern> namesIn(String table) throws Exception {
        List<Pattern> names = new ArrayList<>();
        boolean inTable = false;
        for (String line : Files.readAllLines(Path.of("../docs/compatibility.md"))) {
            inTable = line.equals(table) || (inTable && line.startsWith("|"));
            if (inTable && line.startsWith("| `")) {
                Matcher name = NAME.matcher(line.substring(0, line.indexOf(" | ")));
                while (name.find()) {
                    names.add(Pattern.compile(name.group(1)
                            .replace("*", ".*")
                            .replace('{', '(')
                            .replace(',', '|')
                            .replace('}', ')')));
                }
            }
        }
        return names;
    }

    public static boolean isAbsent(String name) throws Exception {
        return absent().stream().anyMatch(pattern -> pattern.matcher(name).matches());
    }
}
