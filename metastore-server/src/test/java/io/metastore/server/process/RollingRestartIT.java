package io.metastore.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.metastore.api.rpc.HashKVRequest;
import io.metastore.api.rpc.HashKVResponse;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three members are stopped and started one after the other while clients read and write. How many keys there are is said by
 * {@code -Drestart.keys}.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
class RollingRestartIT {

    private static final int KEYS = Integer.getInteger("restart.keys", 5_000);
    private static final int VALUE_BYTES = 100;
    private static final int CLIENTS = 6;
    private static final int PUTS_PER_TXN = 100;
    private static final int TXNS_IN_FLIGHT = 16;
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final long CALL_SECONDS = 15;
    private static final long AFTER_FAILURE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final AtomicLong answered = new AtomicLong();
    private final Map<String, AtomicLong> retried = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean over = new AtomicBoolean();

    @Test
    void clientsGoOnWhileMembersRestartInTurn(@TempDir Path directory) throws Exception {
        Program program = Binaries.metastore();
        try (ProcessCluster cluster = new ProcessCluster(program, directory, 3).start()) {
            fill(cluster.member(0));
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int number = i;
                Thread client = new Thread(() -> new Client(cluster, number).run(), "client-" + i);
                client.start();
                clients.add(client);
            }
            try {
                for (ProcessMember member : cluster.members()) {
                    awaitAnswers(200);
                    assertThat(member.stop()).isEqualTo(143);
                    awaitAnswers(200);
                    long started = System.nanoTime();
                    member.start();
                    System.out.printf(
                            "%s serves %d keys again after %.1f s%n",
                            member.memberName(), KEYS, (System.nanoTime() - started) / 1e9);
                    Eventually.answer(BOUND, () -> linearizableGet(member));
                }
                awaitAnswers(200);
            } finally {
                over.set(true);
                for (Thread client : clients) {
                    client.join();
                }
            }
            System.out.printf("%d calls answered, tried again: %s%n", answered.get(), retried);
            assertThat(failures).isEmpty();
            awaitEqualHashes(cluster);
        }
    }

    private void awaitAnswers(long more) {
        long wanted = answered.get() + more;
        Eventually.await(BOUND, () -> "clients are served", () -> answered.get() >= wanted || !failures.isEmpty());
        assertThat(failures).isEmpty();
    }

    private static String key(int number) {
        return "key/%09d".formatted(number);
    }

    private static ByteString value(long sequence) {
        byte[] value = new byte[VALUE_BYTES];
        ByteString head = ByteString.copyFromUtf8("%016d".formatted(sequence));
        head.copyTo(value, 0);
        return ByteString.copyFrom(value);
    }

    private static PutRequest put(int number, long sequence) {
        return PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key(number)))
                .setValue(value(sequence))
                .build();
    }

    private static void fill(ProcessMember member) throws Exception {
        ManagedChannel channel = member.channel();
        try {
            KVGrpc.KVFutureStub stub = KVGrpc.newFutureStub(channel).withWaitForReady();
            Deque<ListenableFuture<?>> underWay = new ArrayDeque<>();
            for (int from = 0; from < KEYS; from += PUTS_PER_TXN) {
                TxnRequest.Builder txn = TxnRequest.newBuilder();
                for (int i = from; i < Math.min(KEYS, from + PUTS_PER_TXN); i++) {
                    txn.addSuccess(RequestOp.newBuilder().setRequestPut(put(i, 0)));
                }
                underWay.add(stub.txn(txn.build()));
                if (underWay.size() == TXNS_IN_FLIGHT) {
                    underWay.remove().get();
                }
            }
            for (ListenableFuture<?> txn : underWay) {
                txn.get();
            }
        } finally {
            channel.shutdownNow();
        }
    }

    private static boolean linearizableGet(ProcessMember member) {
        ManagedChannel channel = member.channel();
        try {
            KVGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(5, TimeUnit.SECONDS)
                    .range(RangeRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8(key(0)))
                            .build());
            return true;
        } finally {
            channel.shutdownNow();
        }
    }

    private static void awaitEqualHashes(ProcessCluster cluster) {
        Eventually.await(BOUND, () -> "all members hold the same", () -> {
            List<HashKVResponse> hashes = new ArrayList<>();
            for (ProcessMember member : cluster.members()) {
                ManagedChannel channel = member.channel();
                try {
                    hashes.add(MaintenanceGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(BOUND.toSeconds(), TimeUnit.SECONDS)
                            .hashKV(HashKVRequest.getDefaultInstance()));
                } finally {
                    channel.shutdownNow();
                }
            }
            return hashes.stream().map(HashKVResponse::getHash).distinct().count() == 1
                    && hashes.stream()
                                    .map(HashKVResponse::getHashRevision)
                                    .distinct()
                                    .count()
                            == 1;
        });
    }

    /**
     * Writes keys that no other client writes, each time a higher number, and reads them: never may a lower one than was last
     * acknowledged come back. What is unavailable it asks the next member.
     */
    private final class Client {
        private final List<ManagedChannel> channels;
        private final int number;
        private final Random random;
        private final Map<Integer, Long> written = new HashMap<>();
        private int member;
        private long sequence;

        Client(ProcessCluster cluster, int number) {
            this.channels =
                    cluster.members().stream().map(ProcessMember::channel).toList();
            this.number = number;
            this.random = new Random(number);
            this.member = number % channels.size();
        }

        void run() {
            try {
                while (!over.get() && failures.isEmpty()) {
                    int key = random.nextInt(KEYS / CLIENTS) * CLIENTS + number;
                    if (random.nextBoolean()) {
                        write(key);
                    } else {
                        read(key);
                    }
                }
            } catch (RuntimeException | AssertionError e) {
                failures.add("client %d: %s".formatted(number, e));
            } finally {
                channels.forEach(ManagedChannel::shutdownNow);
            }
        }

        private void write(int key) {
            long next = ++sequence;
            call(stub -> stub.put(put(key, next)));
            written.put(key, next);
        }

        private void read(int key) {
            long least = written.getOrDefault(key, 0L);
            KeyValue found = call(stub -> stub.range(RangeRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8(key(key)))
                            .build()))
                    .getKvs(0);
            long seen = Long.parseLong(found.getValue().substring(0, 16).toStringUtf8());
            assertThat(seen).as(key(key)).isGreaterThanOrEqualTo(least);
        }

        private <T> T call(Function<KVGrpc.KVBlockingStub, T> asked) {
            long limit = System.nanoTime() + BOUND.toNanos();
            while (true) {
                try {
                    T answer = asked.apply(KVGrpc.newBlockingStub(channels.get(member))
                            .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS));
                    answered.incrementAndGet();
                    return answer;
                } catch (StatusRuntimeException failed) {
                    if (failed.getStatus().getCode() != Status.Code.UNAVAILABLE || System.nanoTime() > limit) {
                        throw failed;
                    }
                    retried.computeIfAbsent(text(failed.getStatus()), any -> new AtomicLong())
                            .incrementAndGet();
                    member = (member + 1) % channels.size();
                    // Not to try a member that is down ten thousand times a second.
                    LockSupport.parkNanos(AFTER_FAILURE_NANOS);
                }
            }
        }

        private static String text(Status status) {
            String description = String.valueOf(status.getDescription());
            return description.startsWith("etcdserver") ? description : "connection";
        }
    }
}
