package io.metastore.server.slow;

import io.metastore.storage.state.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of what took longer to apply than {@code --warning-apply-duration}: commands on the apply thread, and reads (etcd:
 * server/etcdserver/txn/util.go).
 */
public final class SlowApplies {
    private static final Logger LOG = LoggerFactory.getLogger(SlowApplies.class);
    /** Of the commands of an entry, this many are shown. */
    private static final int MAX_SHOWN = 3;

    private final Duration threshold;
    private final long thresholdNanos;
    private final LongSupplier clock;
    private final SlowLog log = new SlowLog();
    private final LongAdder slow = new LongAdder();

    public SlowApplies(Duration threshold, RoughClock clock) {
        this.threshold = threshold;
        this.thresholdNanos = threshold.toNanos();
        this.clock = clock.orBetterFor(threshold);
    }

    /** Where a measurement begins. */
    public long now() {
        return clock.getAsLong();
    }

    /** How many there were. */
    public long count() {
        return slow.sum();
    }

    /** The commands of an entry were executed; answers the present time. */
    public long executed(long since, List<Command> commands) {
        long now = clock.getAsLong();
        if (now - since > thresholdNanos) {
            tell(now - since, "", text(commands), "");
        }
        return now;
    }

    /** What they changed was written. */
    public void written(long since, int entries) {
        long took = clock.getAsLong() - since;
        if (took > thresholdNanos) {
            tell(took, "write of a batch ", "entries:" + entries, "");
        }
    }

    /** A read of this member was answered. */
    void read(long nanos, String prefix, Object request, long responseBytes) {
        tell(nanos, prefix, RequestText.of(request), "size:" + responseBytes);
    }

    boolean isSlow(long nanos) {
        return nanos > thresholdNanos;
    }

    private void tell(long nanos, String prefix, String request, String response) {
        slow.increment();
        if (log.isOpen()) {
            log.withUntold(LOG.atWarn())
                    .addKeyValue("took", SlowLog.text(nanos))
                    .addKeyValue("expected-duration", SlowLog.text(threshold.toNanos()))
                    .addKeyValue("prefix", prefix)
                    .addKeyValue("request", request)
                    .addKeyValue("response", response)
                    .log("apply request took too long");
        }
    }

    private static String text(List<Command> commands) {
        List<String> shown = new ArrayList<>();
        for (Command command : commands.subList(0, Math.min(MAX_SHOWN, commands.size()))) {
            shown.add(text(command));
        }
        if (commands.size() > MAX_SHOWN) {
            shown.add("and %d more".formatted(commands.size() - MAX_SHOWN));
        }
        return String.join(" ", shown);
    }

    /** By its name alone if it is not of KV: there are hashes and tokens in others. */
    private static String text(Command command) {
        if (command instanceof Command.Asked asked) {
            return text(asked.command());
        }
        String name = command.getClass().getSimpleName();
        if (command instanceof Command.Put put) {
            return name + ":<" + RequestText.of(put.request()) + ">";
        }
        if (command instanceof Command.Txn txn) {
            return name + ":<" + RequestText.of(txn.request()) + ">";
        }
        if (command instanceof Command.DeleteRange delete) {
            return name + ":<" + RequestText.of(delete.request()) + ">";
        }
        return command instanceof Command.Compact compact
                ? name + ":<" + RequestText.of(compact.request()) + ">"
                : name;
    }
}
