package io.metastore.server.backup;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A line on a terminal that tells how far something is; nothing where there is no terminal. Belongs to one thread. */
final class Progress {
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final @Nullable PrintStream terminal;
    private String what = "";
    private long total;
    private long startedNanos;
    private long shownNanos;
    private int width;

    private Progress(@Nullable PrintStream terminal) {
        this.terminal = terminal;
    }

    /** Where the launcher has found that errors do not go to a terminal, nothing is shown. */
    static Progress onTerminal(PrintStream err) {
        return new Progress(Boolean.getBoolean("metastore.terminal") ? err : null);
    }

    static Progress none() {
        return new Progress(null);
    }

    void begin(String name, long totalBytes) {
        what = name;
        total = totalBytes;
        startedNanos = System.nanoTime();
        shownNanos = startedNanos;
    }

    void at(long bytes) {
        long now = System.nanoTime();
        if (terminal != null && now - shownNanos >= STEP_NANOS) {
            shownNanos = now;
            show(line(what, Math.min(bytes, total), total, now - startedNanos), terminal);
        }
    }

    void end() {
        if (terminal != null && width > 0) {
            show("", terminal);
            terminal.print("\r");
            width = 0;
        }
    }

    static String line(String what, long bytes, long total, long nanos) {
        double seconds = nanos / 1e9;
        double rate = bytes / Math.max(seconds, 1e-9);
        long left = rate > 0 ? Math.round((total - bytes) / rate) : 0;
        return "%s: %s of %s, %s/s, %d s left"
                .formatted(what, Sizes.human(bytes), Sizes.human(total), Sizes.human((long) rate), left);
    }

    private void show(String line, PrintStream on) {
        on.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
        on.flush();
        width = line.length();
    }
}
