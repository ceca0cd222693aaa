package io.metastore.raft;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes the daemon threads of one member, named after their role and the member. An exception in one is fatal. */
final class ThreadNames {

    private final String member;
    private final Fatal fatal;

    ThreadNames(long memberId, Fatal fatal) {
        this.member = Long.toHexString(memberId);
        this.fatal = fatal;
    }

    ThreadFactory factory(String role) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "%s-%s-%d".formatted(role, member, number.incrementAndGet()));
            thread.setDaemon(true);
            thread.setUncaughtExceptionHandler((dying, failure) -> fatal.report("thread " + dying.getName(), failure));
            return thread;
        };
    }
}
