package io.metastore.storage.lease;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Timers in the order of their deadlines, made for deadlines that mostly move back. Not thread-safe.
 *
 * <p>Moving a deadline back costs one field write: the timer stays where it is queued and goes to its real place when it
 * gets to the front. Moving it forward, or cancelling it, leaves a dead node behind; once these outnumber the living the
 * heap is made anew.
 */
final class Deadlines<T> {
    private static final int DEAD_NODES_TOLERATED = 1024;

    /** Timers put to their real place in one go: bounds how long a caller's lock is held. */
    private static final int MAX_MOVES = 1000;

    private final PriorityQueue<Node<T>> heap =
            new PriorityQueue<>(Comparator.comparingLong((Node<T> node) -> node.at));
    private int living;

    /** One who waits; in at most one place of the heap. */
    static final class Timer<T> {
        private final T owner;
        private long deadline;
        private @Nullable Node<T> node;

        Timer(T owner) {
            this.owner = owner;
        }

        T owner() {
            return owner;
        }

        long deadline() {
            return deadline;
        }

        boolean isSet() {
            return node != null;
        }
    }

    private static final class Node<T> {
        final long at;
        final Timer<T> timer;

        Node(long at, Timer<T> timer) {
            this.at = at;
            this.timer = timer;
        }

        boolean isDead() {
            return timer.node != this;
        }
    }

    void set(Timer<T> timer, long deadline) {
        timer.deadline = deadline;
        Node<T> queued = timer.node;
        if (queued == null) {
            living++;
            queue(timer);
        } else if (deadline < queued.at) {
            queue(timer);
            dropDeadNodes();
        }
    }

    void cancel(Timer<T> timer) {
        if (timer.node != null) {
            timer.node = null;
            living--;
            dropDeadNodes();
        }
    }

    /**
     * Takes out up to {@code max} timers whose deadline is reached, the earliest first. Bounded also in those it finds moved
     * back: after that it ends early, and {@link #next} says that there may be more.
     */
    List<Timer<T>> pollDue(long now, int max) {
        List<Timer<T>> due = new ArrayList<>();
        int looks = max + MAX_MOVES;
        for (Node<T> first = heap.peek(); first != null && first.at <= now; first = heap.peek()) {
            if (due.size() == max || looks-- == 0) {
                break;
            }
            heap.poll();
            if (first.isDead()) {
                continue;
            }
            if (first.timer.deadline > first.at) {
                queue(first.timer);
            } else {
                first.timer.node = null;
                living--;
                due.add(first.timer);
            }
        }
        return due;
    }

    /** No deadline is earlier than this; {@link Long#MAX_VALUE} if there is none. Exact unless very many were moved back. */
    long next() {
        int moves = MAX_MOVES;
        for (Node<T> first = heap.peek(); first != null; first = heap.peek()) {
            boolean isRight = !first.isDead() && first.timer.deadline == first.at;
            if (isRight || moves-- == 0) {
                return first.at;
            }
            heap.poll();
            if (!first.isDead()) {
                queue(first.timer);
            }
        }
        return Long.MAX_VALUE;
    }

    void clear() {
        for (Node<T> node : heap) {
            if (!node.isDead()) {
                node.timer.node = null;
            }
        }
        heap.clear();
        living = 0;
    }

    int size() {
        return living;
    }

    int nodes() {
        return heap.size();
    }

    private void queue(Timer<T> timer) {
        timer.node = new Node<>(timer.deadline, timer);
        heap.add(timer.node);
    }

    private void dropDeadNodes() {
        if (heap.size() - living > Math.max(living, DEAD_NODES_TOLERATED)) {
            heap.removeIf(Node::isDead); // one pass, then heapified
        }
    }
}
