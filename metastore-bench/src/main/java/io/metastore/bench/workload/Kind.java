package io.metastore.bench.workload;

import java.util.Locale;

/** What a call does. */
enum Kind {
    PUT("KV/Put"),
    GET("KV/Range"),
    RANGE("KV/Range"),
    DELETE("KV/DeleteRange"),
    TXN("KV/Txn"),
    COMPACT("KV/Compact"),
    GRANT("Lease/LeaseGrant"),
    REVOKE("Lease/LeaseRevoke");

    private final String path;

    Kind(String method) {
        this.path = "/etcdserverpb." + method;
    }

    String path() {
        return path;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
