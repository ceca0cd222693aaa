package io.metastore.bench.workload;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/** How far a load is: a bar that moves on a terminal, a plain line now and then elsewhere. For the driving thread. */
final class Progress {
    /** The launcher says whether standard error is a terminal: Java has no way to ask that on every JDK. */
    private static final String TERMINAL = "metastore.bench.terminal";

    private static final long LINE_NANOS = Duration.ofSeconds(5).toNanos();
    private static final int BAR_CHARACTERS = 30;

    private final PrintWriter out;
    private final boolean terminal;
    private final LongSupplier nanoTime;

    private String name = "";
    private long operations;
    private long limitNanos;
    private long startNanos;
    private long shownNanos;
    private long shownDone;
    private int shownCharacters;

    Progress(PrintWriter out, boolean terminal, LongSupplier nanoTime) {
        this.out = out;
        this.terminal = terminal;
        this.nanoTime = nanoTime;
    }

    static boolean onTerminal() {
        return Boolean.getBoolean(TERMINAL);
    }

    /** Operations 0: the load goes on until the time is over. */
    void begin(String load, long totalOperations, Duration time) {
        name = load;
        operations = totalOperations;
        limitNanos = time.toNanos();
        startNanos = nanoTime.getAsLong();
        shownNanos = startNanos;
        shownDone = 0;
        shownCharacters = 0;
    }

    void update(long done) {
        long now = nanoTime.getAsLong();
        if (terminal) {
            bar(line(done, now));
        } else if (now - shownNanos >= LINE_NANOS) {
            out.println(line(done, now));
            out.flush();
        } else {
            return;
        }
        shownNanos = now;
        shownDone = done;
    }

    void end(long done) {
        double seconds = (nanoTime.getAsLong() - startNanos) / 1e9;
        String line = String.format(
                Locale.ROOT, "%s: %d operations in %.1f s, %.0f/s", name, done, seconds, rate(done, seconds));
        if (terminal) {
            bar(line);
            out.println();
        } else {
            out.println(line);
        }
        out.flush();
    }

    private void bar(String text) {
        // Blanks cover what is left of a longer line.
        out.print('\r' + text + " ".repeat(Math.max(0, shownCharacters - text.length())));
        out.flush();
        shownCharacters = text.length();
    }

    private String line(long done, long now) {
        double elapsed = (now - startNanos) / 1e9;
        double share = operations > 0 ? (double) done / operations : elapsed * 1e9 / limitNanos;
        share = Math.min(1, share);
        double left = operations > 0 ? elapsed * (1 - share) / share : limitNanos / 1e9 - elapsed;
        int filled = (int) (share * BAR_CHARACTERS);
        String bar = terminal ? "[" + "#".repeat(filled) + ".".repeat(BAR_CHARACTERS - filled) + "] " : "";
        return String.format(
                Locale.ROOT,
                "%s: %s%3.0f %%  %.0f/s now  ETA %s",
                name,
                bar,
                share * 100,
                rate(done - shownDone, (now - shownNanos) / 1e9),
                done == 0 && operations > 0 ? "?" : String.format(Locale.ROOT, "%.0f s", Math.max(0, left)));
    }

    private static double rate(long count, double seconds) {
        return seconds > 0 ? count / seconds : 0;
    }
}
