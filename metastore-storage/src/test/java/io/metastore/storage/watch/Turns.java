package io.metastore.storage.watch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Executor;

/** Threads without threads: each executor keeps its tasks in order, and the test says which of them makes its next turn. */
final class Turns {
    private final List<Queue<Runnable>> queues = new ArrayList<>();

    Executor executor() {
        Queue<Runnable> queue = new ArrayDeque<>();
        queues.add(queue);
        return queue::add;
    }

    /** One task of a random executor; false if none has any. */
    boolean runOne(Random random) {
        List<Queue<Runnable>> busy =
                queues.stream().filter(queue -> !queue.isEmpty()).toList();
        if (busy.isEmpty()) {
            return false;
        }
        busy.get(random.nextInt(busy.size())).remove().run();
        return true;
    }

    void runAll() {
        Random inOrder = new Random(0);
        int turns = 0;
        while (runOne(inOrder)) {
            if (++turns > 1_000_000) {
                throw new AssertionError("never comes to rest");
            }
        }
    }

    int waiting() {
        return queues.stream().mapToInt(Queue::size).sum();
    }
}
