package io.metastore.server;

/** The versions this server tells of itself. */
public final class Version {
    /** The etcd release whose behaviour is served; clients decide by it what they may use. */
    public static final String ETCD = "3.7.1";
    /** Agreed by the cluster; of one version there is only this. */
    public static final String CLUSTER = "3.7.0";
    /** etcd's storage schema that backups follow. */
    public static final String STORAGE = "3.7.0";

    private Version() {}
}
