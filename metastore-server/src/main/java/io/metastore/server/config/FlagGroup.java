package io.metastore.server.config;

/** The headings under which {@code --help} lists flags; etcd's, and one of our own. */
public enum FlagGroup {
    /** Named in the usage lines above the list. */
    START(""),
    MEMBER("Member"),
    CLUSTERING("Clustering"),
    SECURITY("Security"),
    AUTH("Auth"),
    MONITORING("Profiling and Monitoring"),
    LOGGING("Logging"),
    TRACING("Distributed tracing"),
    FEATURES("Features"),
    UNSAFE("Unsafe feature"),
    METASTORE("MetaStore");

    private final String title;

    FlagGroup(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }
}
