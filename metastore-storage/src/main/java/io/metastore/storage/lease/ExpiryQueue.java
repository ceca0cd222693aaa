package io.metastore.storage.lease;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.metastore.storage.lease.Deadlines.Timer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which lease ends next. It has no thread and decides nothing: the leader's lease keeper asks it what is over and
 * proposes the end, and a lease leaves only when the log has revoked it.
 *
 * <p>STANDBY: time does not count, no lease ends. {@link #promote} → PRIMARY: each lease has a deadline.
 * {@link #demote} → STANDBY.
 *
 * <p>A lease of a PRIMARY is counting until its deadline, and expiring from then on: no wish to renew it is heard any
 * more, so that nobody is promised time by one and robbed of it by the other.
 *
 * <p>Any thread may call. The lock is held for a few map and heap steps; only {@code promote}, {@code reset} and
 * {@code idsByRemaining} hold it for a walk over all leases.
 */
public final class ExpiryQueue implements LeaseListener {
    /** A revocation that came to nothing is proposed again after this time. */
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(3);

    /** Leases that a new leader would see end together end at most this often: 4,000 in a second. */
    private static final long SPREAD_NANOS = TimeUnit.SECONDS.toNanos(1) / 4000;

    private static final long CHECKPOINT_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final LongSupplier nanoTime;
    private final long origin;

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Map<Long, Entry> entries = new HashMap<>();

    @GuardedBy("lock")
    private final Deadlines<Entry> ends = new Deadlines<>();

    @GuardedBy("lock")
    private final Deadlines<Entry> checkpoints = new Deadlines<>();

    @GuardedBy("lock")
    private boolean primary;

    /** How much of its time a lease has left, as the leader is to write it into the log. */
    public record Checkpoint(long id, long remainingSeconds) {}

    private static final class Entry {
        private Lease lease;
        private final Timer<Entry> end = new Timer<>(this);
        private final Timer<Entry> checkpoint = new Timer<>(this);
        // When the lease's time is over. The timer of an expiring lease is set to its next try instead.
        private long deadline = Long.MAX_VALUE;
        private boolean expiring;
        // A checkpoint was proposed, and no later renewal has taken it back.
        private boolean checkpointed;
        private @Nullable CompletableFuture<Boolean> gone;

        Entry(Lease lease) {
            this.lease = lease;
            this.checkpointed = lease.remainingSeconds() > 0;
        }

        int compareByDeadline(Entry that) {
            int byDeadline = Long.compare(deadline, that.deadline);
            return byDeadline != 0 ? byDeadline : Long.compare(lease.id(), that.lease.id());
        }
    }

    public ExpiryQueue(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.origin = nanoTime.getAsLong();
    }

    @Override
    public void granted(Lease lease) {
        synchronized (lock) {
            Entry entry = new Entry(lease);
            entries.put(lease.id(), entry);
            if (primary) {
                count(entry, after(now(), lease.ttlSeconds()));
            }
        }
    }

    @Override
    public void checkpointed(Lease lease) {
        synchronized (lock) {
            Entry entry = entries.get(lease.id());
            if (entry != null) {
                entry.lease = lease;
                entry.checkpointed = lease.remainingSeconds() > 0;
            }
        }
    }

    @Override
    public void revoked(long id) {
        CompletableFuture<Boolean> gone;
        synchronized (lock) {
            Entry entry = entries.remove(id);
            if (entry == null) {
                return;
            }
            ends.cancel(entry.end);
            checkpoints.cancel(entry.checkpoint);
            gone = entry.gone;
        }
        if (gone != null) {
            gone.complete(true);
        }
    }

    @Override
    public void reset(Collection<Lease> leases) {
        List<CompletableFuture<Boolean>> waiting;
        synchronized (lock) {
            waiting = takeWaiting();
            ends.clear();
            checkpoints.clear();
            entries.clear();
            for (Lease lease : leases) {
                entries.put(lease.id(), new Entry(lease));
            }
            if (primary) {
                countAll(0);
            }
        }
        waiting.forEach(gone -> gone.complete(false));
    }

    /**
     * This member counts the time from now on. Each lease gets what is left of it as far as the log knows, and
     * {@code extensionNanos} on top for the time that nobody could renew it. Leases that would end together are spread.
     */
    public void promote(long extensionNanos) {
        synchronized (lock) {
            primary = true;
            ends.clear();
            checkpoints.clear();
            countAll(extensionNanos);
        }
    }

    /** Another member counts, or none: nothing ends here, and who waits for an end is told. */
    public void demote() {
        List<CompletableFuture<Boolean>> waiting;
        synchronized (lock) {
            primary = false;
            waiting = takeWaiting();
            ends.clear();
            checkpoints.clear();
        }
        waiting.forEach(gone -> gone.complete(false));
    }

    public boolean isPrimary() {
        synchronized (lock) {
            return primary;
        }
    }

    public Renewal renew(long id) {
        synchronized (lock) {
            if (!primary) {
                return new Renewal.NotPrimary();
            }
            Entry entry = entries.get(id);
            if (entry == null) {
                return new Renewal.Unknown();
            }
            long now = now();
            if (entry.expiring || entry.deadline <= now) {
                if (entry.gone == null) {
                    entry.gone = new CompletableFuture<>();
                }
                return new Renewal.Expiring(entry.gone);
            }
            count(entry, after(now, entry.lease.ttlSeconds()));
            return new Renewal.Renewed(entry.lease.ttlSeconds(), entry.checkpointed);
        }
    }

    /**
     * Up to {@code max} leases whose time is over. They are expiring now, and come again if they are not revoked soon. With
     * very many leases there may be more even if these are fewer: {@link #nanosToNext} is 0 then.
     */
    public List<Long> takeExpired(int max) {
        synchronized (lock) {
            long now = now();
            List<Long> expired = new ArrayList<>();
            for (Timer<Entry> due : ends.pollDue(now, max)) {
                Entry entry = due.owner();
                entry.expiring = true;
                ends.set(due, now + RETRY_NANOS);
                expired.add(entry.lease.id());
            }
            return expired;
        }
    }

    /** Up to {@code max} long leases whose remaining time is to be written into the log. */
    public List<Checkpoint> takeCheckpoints(int max) {
        synchronized (lock) {
            long now = now();
            List<Checkpoint> due = new ArrayList<>();
            for (Timer<Entry> timer : checkpoints.pollDue(now, max)) {
                Entry entry = timer.owner();
                long left = entry.deadline - now;
                if (entry.expiring || left <= CHECKPOINT_NANOS) {
                    continue;
                }
                // Rounded up: the log must not know of less time than the client does.
                long seconds = (left + TimeUnit.SECONDS.toNanos(1) - 1) / TimeUnit.SECONDS.toNanos(1);
                due.add(new Checkpoint(entry.lease.id(), Math.min(seconds, entry.lease.ttlSeconds())));
                entry.checkpointed = true;
                checkpoints.set(timer, now + CHECKPOINT_NANOS);
            }
            return due;
        }
    }

    /** For how long {@link #takeExpired} and {@link #takeCheckpoints} have nothing; {@link Long#MAX_VALUE} for ever. */
    public long nanosToNext() {
        synchronized (lock) {
            long next = Math.min(ends.next(), checkpoints.next());
            return next == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(0, next - now());
        }
    }

    /** What is left of the lease, less than 0 if it is overdue; empty if it is unknown or its time is counted elsewhere. */
    public OptionalLong remainingNanos(long id) {
        synchronized (lock) {
            Entry entry = entries.get(id);
            return entry == null || !primary ? OptionalLong.empty() : OptionalLong.of(entry.deadline - now());
        }
    }

    /** All leases, those that end first first; by id where time does not count. */
    public List<Long> idsByRemaining() {
        List<long[]> leases;
        synchronized (lock) {
            leases = new ArrayList<>(entries.size());
            for (Entry entry : entries.values()) {
                leases.add(new long[] {primary ? entry.deadline : 0, entry.lease.id()});
            }
        }
        leases.sort(Comparator.<long[]>comparingLong(lease -> lease[0]).thenComparingLong(lease -> lease[1]));
        return leases.stream().map(lease -> lease[1]).toList();
    }

    public int size() {
        synchronized (lock) {
            return entries.size();
        }
    }

    @GuardedBy("lock")
    private void countAll(long extensionNanos) {
        long now = now();
        List<Entry> all = new ArrayList<>(entries.values());
        for (Entry entry : all) {
            entry.expiring = false;
            entry.deadline = saturatedAdd(after(now, entry.lease.secondsToCount()), extensionNanos);
        }
        all.sort(Entry::compareByDeadline);
        long earliest = Long.MIN_VALUE;
        for (Entry entry : all) {
            long deadline = Math.max(entry.deadline, earliest);
            count(entry, deadline);
            earliest = saturatedAdd(deadline, SPREAD_NANOS);
        }
    }

    @GuardedBy("lock")
    private void count(Entry entry, long deadline) {
        entry.deadline = deadline;
        ends.set(entry.end, deadline);
        if (TimeUnit.SECONDS.toNanos(entry.lease.ttlSeconds()) > CHECKPOINT_NANOS && !entry.checkpoint.isSet()) {
            checkpoints.set(entry.checkpoint, now() + CHECKPOINT_NANOS);
        }
    }

    @GuardedBy("lock")
    private List<CompletableFuture<Boolean>> takeWaiting() {
        List<CompletableFuture<Boolean>> waiting = new ArrayList<>();
        for (Entry entry : entries.values()) {
            if (entry.gone != null) {
                waiting.add(entry.gone);
                entry.gone = null;
            }
        }
        return waiting;
    }

    /** From 0 on, so that sums with a lease's years do not overflow, wherever nanoTime started. */
    private long now() {
        return nanoTime.getAsLong() - origin;
    }

    private static long after(long now, long seconds) {
        return saturatedAdd(now, TimeUnit.SECONDS.toNanos(seconds));
    }

    private static long saturatedAdd(long a, long b) {
        long sum = a + b;
        return sum < a && b > 0 ? Long.MAX_VALUE : sum;
    }
}
