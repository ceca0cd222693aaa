package io.metastore.storage.auth;

import io.metastore.api.rpc.Permission;
import io.metastore.storage.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What one user may touch: the permissions of all its roles together (etcd: server/auth/range_perm_cache.go). */
final class Permissions {
    private final KeySet readable;
    private final KeySet writable;

    Permissions(Collection<Permission> granted) {
        List<KeyRange> reads = new ArrayList<>();
        List<KeyRange> writes = new ArrayList<>();
        for (Permission permission : granted) {
            KeyRange range = KeyRange.fromRequest(permission.getKey(), permission.getRangeEnd());
            switch (permission.getPermType()) {
                case READ -> reads.add(range);
                case WRITE -> writes.add(range);
                case READWRITE -> {
                    reads.add(range);
                    writes.add(range);
                }
                case UNRECOGNIZED -> {} // stored and shown, but it allows nothing, as in etcd
            }
        }
        this.readable = new KeySet(reads);
        this.writable = new KeySet(writes);
    }

    boolean allowRead(KeyRange range) {
        return readable.contains(range);
    }

    boolean allowWrite(KeyRange range) {
        return writable.contains(range);
    }
}
