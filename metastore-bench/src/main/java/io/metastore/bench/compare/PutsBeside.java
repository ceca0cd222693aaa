package io.metastore.bench.compare;

import io.metastore.bench.arena.Arena;
import io.metastore.bench.load.LoadResult;
import io.metastore.bench.load.Loads;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * Puts to a server that does nothing else, and puts while it answers a call that takes long.
 *
 * @param meanwhile may hold errors: a server that stands still refuses puts
 */
record PutsBeside(LoadResult before, LoadResult meanwhile, LoadResult call) {
    private static final int IN_FLIGHT = 32;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

    static PutsBeside measure(Loads loads, CompareOptions options, Supplier<LoadResult> call) {
        Arena.require(loads.put(new Loads.Plan(IN_FLIGHT, Duration.ZERO, options.warmup())));
        LoadResult before = Arena.require(loads.put(new Loads.Plan(IN_FLIGHT, options.lead(), options.window())));
        CompletableFuture<LoadResult> called = CompletableFuture.supplyAsync(call, PutsBeside::onThread);
        LoadResult meanwhile = loads.putWhile(() -> !called.isDone(), BETWEEN_LOOKS, IN_FLIGHT);
        try {
            return new PutsBeside(before, meanwhile, Arena.require(called.join()));
        } catch (CompletionException e) {
            throw new IllegalStateException(String.valueOf(e.getMessage()), e);
        }
    }

    private static void onThread(Runnable task) {
        Thread thread = new Thread(task, "long-call");
        thread.setDaemon(true);
        thread.start();
    }

    double p99MillisBefore() {
        return before.latency().p99Micros() / 1e3;
    }

    double p99MillisMeanwhile() {
        return meanwhile.latency().p99Micros() / 1e3;
    }

    double p99Times() {
        return p99MillisMeanwhile() / p99MillisBefore();
    }
}
