package io.metastore.raft;

import java.util.List;

/**
 * Lets the threads that jraft shares among all members of a JVM end, a minute after no member needs them. jraft reads this from
 * system properties when it is loaded, and never looks again; what the user has set stays.
 */
final class JraftThreads {

    private static final List<String> PROPERTIES = List.of(
            "jraft.closure.threadpool.size.min",
            "jraft.internal.closure.threadpool.size.min",
            "jraft.rpc.closure.threadpool.size.min");

    private JraftThreads() {}

    /** To be called before any class of jraft is loaded. */
    static void letIdleOnesEnd() {
        for (String name : PROPERTIES) {
            if (System.getProperty(name) == null) {
                System.setProperty(name, "0");
            }
        }
    }
}
