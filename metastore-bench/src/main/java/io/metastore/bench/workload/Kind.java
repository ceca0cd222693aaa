package io.metastore.bench.workload;

import java.util.Locale;

/** What a call does. */
enum Kind {
    PUT("Put"),
    GET("Range"),
    RANGE("Range"),
    DELETE("DeleteRange"),
    TXN("Txn"),
    COMPACT("Compact");

    private final String path;

    Kind(String method) {
        this.path = "/etcdserverpb.KV/" + method;
    }

    String path() {
        return path;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
