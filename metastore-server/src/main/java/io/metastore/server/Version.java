package io.metastore.server;

import java.util.Locale;

/** The versions this server tells of itself. */
public final class Version {
    /** The etcd release whose behaviour is served; clients decide by it what they may use. */
    public static final String ETCD = "3.7.3";
    /** What a cluster agrees on, unless it is to go back to an older release. */
    public static final String CLUSTER = "3.7.0";
    /** etcd's storage schema that backups follow while the cluster has not agreed on a version. */
    private static final String STORAGE = "3.7.0";

    private Version() {}

    /**
     * etcd's storage schema that backups follow: the one of the cluster version. Those of 3.6 and 3.7 hold the same (etcd:
     * server/storage/schema/schema.go).
     *
     * @param clusterVersion empty if there is none yet
     */
    public static String storage(String clusterVersion) {
        return clusterVersion.isEmpty() ? STORAGE : clusterVersion;
    }

    /** What {@code --version} says: etcd's four lines, which tools read. */
    static String text() {
        return "etcd Version: %s%nGit SHA: none%nGo Version: none (MetaStore)%nGo OS/Arch: %s/%s%n"
                .formatted(ETCD, word("os.name"), word("os.arch"));
    }

    private static String word(String property) {
        return System.getProperty(property, "unknown").toLowerCase(Locale.ROOT).replace(' ', '-');
    }
}
