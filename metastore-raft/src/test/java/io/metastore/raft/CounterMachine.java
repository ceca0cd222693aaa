package io.metastore.raft;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** Adds up the numbers in its entries. Lives as long as the test keeps it: like a store that outlives its process. */
class CounterMachine implements ReplicatedStateMachine {

    /** A number to add, and where its proposer waits. */
    static class Add implements Proposal {

        private final ByteBuffer data;
        final CompletableFuture<Long> sum = new CompletableFuture<>();

        Add(long number) {
            this(number, Long.BYTES);
        }

        Add(long number, int bytes) {
            data = ByteBuffer.allocate(bytes).putLong(0, number);
        }

        @Override
        public ByteBuffer data() {
            return data;
        }

        @Override
        public void failed(RaftException why) {
            sum.completeExceptionally(why);
        }
    }

    private volatile long appliedIndex;
    private volatile long appliedTerm;
    private volatile long sum;
    private volatile long count;
    final AtomicLong loads = new AtomicLong();
    volatile long failAt = Long.MAX_VALUE;
    final List<Leadership> leaderships = new ArrayList<>();

    long sum() {
        return sum;
    }

    long count() {
        return count;
    }

    @Override
    public long appliedIndex() {
        return appliedIndex;
    }

    @Override
    public long appliedTerm() {
        return appliedTerm;
    }

    @Override
    public void apply(List<CommittedEntry> batch) {
        long newSum = sum;
        long newCount = count + batch.size();
        List<Runnable> answers = new ArrayList<>();
        for (CommittedEntry entry : batch) {
            if (entry.index() <= appliedIndex) {
                throw new IllegalStateException("%d after %d".formatted(entry.index(), appliedIndex));
            }
            if (entry.index() >= failAt) {
                throw new IllegalStateException("told to fail at " + entry.index());
            }
            newSum += entry.data().getLong();
            appliedIndex = entry.index();
            appliedTerm = entry.term();
            if (entry.proposal() instanceof Add add) {
                long answer = newSum;
                answers.add(() -> add.sum.complete(answer));
            }
        }
        count = newCount;
        sum = newSum;
        answers.forEach(Runnable::run);
    }

    @Override
    public void appliedEmpty(long index, long term) {
        appliedIndex = index;
        appliedTerm = term;
    }

    @Override
    public SnapshotWork save(Path dir) throws IOException {
        Files.createDirectories(dir.resolve("parts"));
        String text = sum + " " + count;
        return () -> {
            Files.writeString(dir.resolve("parts").resolve("counter"), text);
            Files.writeString(dir.resolve("empty"), "");
        };
    }

    @Override
    public void load(Path dir, long index, long term) throws IOException {
        String[] fields =
                Files.readString(dir.resolve("parts").resolve("counter")).split(" ", -1);
        sum = Long.parseLong(fields[0]);
        count = Long.parseLong(fields[1]);
        appliedIndex = index;
        appliedTerm = term;
        loads.incrementAndGet();
    }

    @Override
    public void leadershipChanged(Leadership leadership) {
        synchronized (leaderships) {
            leaderships.add(leadership);
        }
    }
}
