package io.metastore.storage.backup;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The buckets of etcd's database and the names in them (etcd: server/storage/schema/bucket.go). */
final class EtcdSchema {
    /** Revision to KeyValue. */
    static final String KEY = "key";

    static final String META = "meta";
    static final String CONSISTENT_INDEX = "consistent_index";
    static final String TERM = "term";
    static final String CONF_STATE = "confState";
    static final String SCHEDULED_COMPACTION = "scheduledCompactRev";
    static final String FINISHED_COMPACTION = "finishedCompactRev";
    static final String STORAGE_VERSION = "storageVersion";

    /** Id (8) to leasepb.Lease. */
    static final String LEASE = "lease";
    /** AlarmMember to nothing. */
    static final String ALARM = "alarm";

    static final String CLUSTER = "cluster";
    static final String CLUSTER_VERSION = "clusterVersion";
    static final String DOWNGRADE = "downgrade";
    /** Id in hex to the member in JSON. */
    static final String MEMBERS = "members";

    static final String MEMBERS_REMOVED = "members_removed";

    static final String AUTH = "auth";
    static final String AUTH_ENABLED = "authEnabled";
    static final String AUTH_REVISION = "authRevision";
    /** Name to authpb.User. */
    static final String AUTH_USERS = "authUsers";
    /** Name to authpb.Role. */
    static final String AUTH_ROLES = "authRoles";

    private static final int REVISION_BYTES = 2 * Long.BYTES + 1;

    private EtcdSchema() {}

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] number(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    /** Main (8), '_', sub (8). */
    static byte[] revision(long main, long sub) {
        return ByteBuffer.allocate(REVISION_BYTES)
                .putLong(main)
                .put((byte) '_')
                .putLong(sub)
                .array();
    }
}
