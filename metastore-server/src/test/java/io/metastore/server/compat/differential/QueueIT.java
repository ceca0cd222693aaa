package io.metastore.server.compat.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.metastore.api.rpc.CampaignRequest;
import io.metastore.api.rpc.ElectionGrpc;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.LeaderKey;
import io.metastore.api.rpc.LeaderRequest;
import io.metastore.api.rpc.LeaderResponse;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LeaseRevokeRequest;
import io.metastore.api.rpc.LockGrpc;
import io.metastore.api.rpc.LockRequest;
import io.metastore.api.rpc.ProclaimRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.api.rpc.ResignRequest;
import io.metastore.api.rpc.UnlockRequest;
import io.metastore.server.process.Binaries;
import io.metastore.server.process.Eventually;
import io.metastore.server.process.ProcessMember;
import io.metastore.server.process.Program;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random locks and elections at a real etcd and at us: who waits, who is let in and in which order, what each is told, and
 * what observers see. Who must wait is read off the keys, which are compared too.
 */
@Tag("compat")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class QueueIT {
    private static final int STEPS = Integer.getInteger("queue.steps", 600);
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final String[] NAMES = {"l", "", "e/f"};
    private static final int LEASES = 4;
    private static final int MOST_WAITING = 6;

    private final long seed = Long.getLong("seed", System.nanoTime() & 0xffff_ffffL);
    private final Random random = new Random(seed);
    private final List<Waiting> waiting = new ArrayList<>();
    private final List<Observers> observers = new ArrayList<>();
    private LockStep run;
    private int letIn;
    private int abandoned;

    /** A call that both servers hold back, with the key that stands for it. */
    private record Waiting(
            Rpc rpc,
            String name,
            ByteString key,
            Context.CancellableContext caller,
            CompletableFuture<Answer> first,
            CompletableFuture<Answer> second) {}

    /** The same observation at both: what was told since the last comparison, and the leader that this one ended with. */
    private static final class Observers {
        private final String name;
        private final BlockingQueue<Message> first;
        private final BlockingQueue<Message> second;
        private @Nullable KeyValue seen;

        Observers(String name, Side first, Side second) {
            this.name = name;
            this.first = observe(first.channel(), name);
            this.second = observe(second.channel(), name);
        }
    }

    @Test
    void locksAndElectionsGoAsInEtcd(@TempDir Path directory) {
        System.out.printf("queue: seed %d, %d steps%n", seed, STEPS);
        try (ProcessMember a = member(Binaries.etcd(), directory.resolve("a"));
                ProcessMember b = member(Binaries.metastore(), directory.resolve("b"));
                Side first = new Side("etcd", a, ProcessMember::channel);
                Side second = new Side("metastore", b, ProcessMember::channel)) {
            run = new LockStep(seed, first, second);
            for (int lease = 1; lease <= LEASES; lease++) {
                grant(lease);
            }
            for (String name : NAMES) {
                observers.add(new Observers(name, first, second));
            }
            for (int step = 0; step < STEPS; step++) {
                try {
                    step();
                    settle();
                } catch (AssertionError failure) {
                    throw new AssertionError("seed %d, step %d".formatted(seed, step), failure);
                }
            }
            System.out.printf(
                    "queue: no difference, seed %d; %d let in after waiting, %d gave up%n%s%n",
                    seed, letIn, abandoned, run.summary());
        }
    }

    private static ProcessMember member(Program program, Path directory) {
        return new ProcessMember(program.withFlags("--unsafe-no-fsync"), directory).start();
    }

    private void step() {
        String name = NAMES[random.nextInt(NAMES.length)];
        int choice = random.nextInt(100);
        if (choice < 30) {
            enter(name, Rpc.of(LockGrpc.getLockMethod(), lock(name)));
        } else if (choice < 50) {
            enter(name, Rpc.of(ElectionGrpc.getCampaignMethod(), campaign(name)));
        } else if (choice < 65) {
            run.call(Rpc.of(
                    LockGrpc.getUnlockMethod(),
                    UnlockRequest.newBuilder().setKey(someKey(name)).build()));
        } else if (choice < 73) {
            run.call(Rpc.of(ElectionGrpc.getProclaimMethod(), proclaim(name)));
        } else if (choice < 81) {
            ResignRequest.Builder resign = ResignRequest.newBuilder();
            run.call(Rpc.of(
                    ElectionGrpc.getResignMethod(),
                    random.nextInt(8) == 0
                            ? resign.build()
                            : resign.setLeader(leaderKey(name)).build()));
        } else if (choice < 88) {
            run.call(Rpc.of(
                    ElectionGrpc.getLeaderMethod(),
                    LeaderRequest.newBuilder().setName(Keys.utf8(name)).build()));
        } else if (choice < 92) {
            long lease = 1 + random.nextInt(LEASES);
            run.call(Rpc.of(
                    LeaseGrpc.getLeaseRevokeMethod(),
                    LeaseRevokeRequest.newBuilder().setID(lease).build()));
            grant(lease);
        } else if (choice < 95) {
            run.call(Rpc.of(
                    KVGrpc.getPutMethod(),
                    PutRequest.newBuilder()
                            .setKey(someKey(name))
                            .setValue(value())
                            .build()));
        } else if (!waiting.isEmpty()) {
            giveUp(waiting.get(random.nextInt(waiting.size())));
        }
    }

    private void grant(long lease) {
        run.call(Rpc.of(
                LeaseGrpc.getLeaseGrantMethod(),
                LeaseGrantRequest.newBuilder().setID(lease).setTTL(100_000).build()));
    }

    /** Of four that exist, one that does not, and one that nobody can have. */
    private long lease() {
        int choice = random.nextInt(20);
        return choice == 0 ? 0xabcdef : choice == 1 ? -3 : 1 + random.nextInt(LEASES);
    }

    private LockRequest lock(String name) {
        return LockRequest.newBuilder()
                .setName(Keys.utf8(name))
                .setLease(lease())
                .build();
    }

    private CampaignRequest campaign(String name) {
        return CampaignRequest.newBuilder()
                .setName(Keys.utf8(name))
                .setLease(lease())
                .setValue(value())
                .build();
    }

    private ByteString value() {
        return Keys.utf8("v" + random.nextInt(3));
    }

    private ProclaimRequest proclaim(String name) {
        ProclaimRequest.Builder request = ProclaimRequest.newBuilder().setValue(value());
        return random.nextInt(8) == 0
                ? request.build()
                : request.setLeader(leaderKey(name)).build();
    }

    private LeaderKey leaderKey(String name) {
        Optional<KeyValue> key = keys(name).stream()
                .filter(each -> random.nextInt(3) > 0 && each.getLease() != 0)
                .findFirst();
        LeaderKey.Builder leader = LeaderKey.newBuilder().setName(Keys.utf8(name));
        if (key.isEmpty()) {
            return leader.setKey(someKey(name))
                    .setRev(random.nextInt(5))
                    .setLease(1)
                    .build();
        }
        long wrong = random.nextInt(5) == 0 ? 1 : 0;
        return leader.setKey(key.get().getKey())
                .setRev(key.get().getCreateRevision() + wrong)
                .setLease(key.get().getLease())
                .build();
    }

    private ByteString someKey(String name) {
        List<KeyValue> keys = keys(name);
        int choice = random.nextInt(10);
        if (choice == 0) {
            return ByteString.EMPTY;
        }
        return choice == 1 || keys.isEmpty()
                ? Keys.utf8(name + "/9")
                : keys.get(random.nextInt(keys.size())).getKey();
    }

    /** The queue of a name, compared. */
    private List<KeyValue> keys(String name) {
        return run.call(Rpc.of(
                        KVGrpc.getRangeMethod(),
                        RangeRequest.newBuilder()
                                .setKey(Keys.utf8(name + "/"))
                                .setRangeEnd(Keys.utf8(name + "0"))
                                .build()))
                .message(RangeResponse.class)
                .getKvsList();
    }

    private Optional<KeyValue> keyOf(String name, ByteString key) {
        return keys(name).stream().filter(each -> each.getKey().equals(key)).findFirst();
    }

    /** A call that may have to wait: both answer, or both hold it back while somebody is before it. */
    private void enter(String name, Rpc rpc) {
        long lease = rpc.request() instanceof LockRequest lock
                ? lock.getLease()
                : ((CampaignRequest) rpc.request()).getLease();
        boolean exists = lease >= 1 && lease <= LEASES;
        ByteString key = Keys.utf8(name + "/" + Long.toString(lease, 16));
        Optional<KeyValue> own = keyOf(name, key);
        boolean mustWait = own.isPresent()
                ? isBehind(name, own.get().getCreateRevision())
                : exists && !keys(name).isEmpty();
        if (!mustWait) {
            run.call(rpc);
            return;
        }
        if (waiting.size() >= MOST_WAITING) {
            return;
        }
        run.remember("begin " + rpc);
        Context.CancellableContext caller = Context.ROOT.withCancellation();
        CompletableFuture<Answer> first = begin(caller, rpc, run.first());
        CompletableFuture<Answer> second = begin(caller, rpc, run.second());
        ByteString value = rpc.request() instanceof CampaignRequest campaign
                ? campaign.getValue()
                : own.map(KeyValue::getValue).orElse(ByteString.EMPTY);
        awaitKey(run.first(), key, value);
        awaitKey(run.second(), key, value);
        waiting.add(new Waiting(rpc, name, key, caller, first, second));
    }

    private static CompletableFuture<Answer> begin(Context caller, Rpc rpc, Side side) {
        Context before = caller.attach();
        try {
            return rpc.on(side.channel());
        } finally {
            caller.detach(before);
        }
    }

    private static void awaitKey(Side side, ByteString key, ByteString value) {
        Eventually.await(BOUND, () -> side.name() + " queues " + key.toStringUtf8(), () -> {
            List<KeyValue> found = at(side, key).getKvsList();
            return !found.isEmpty() && found.get(0).getValue().equals(value);
        });
    }

    private static RangeResponse at(Side side, ByteString key) {
        return Rpc.of(
                        KVGrpc.getRangeMethod(),
                        RangeRequest.newBuilder().setKey(key).build())
                .on(side.channel())
                .join()
                .message(RangeResponse.class);
    }

    private boolean isBehind(String name, long createRevision) {
        return keys(name).stream().anyMatch(each -> each.getCreateRevision() < createRevision);
    }

    /** Its key goes with it, so it must have one: else nothing would tell when it is gone. */
    private void giveUp(Waiting one) {
        if (keyOf(one.name(), one.key()).isEmpty() || sharesItsKey(one)) {
            return;
        }
        run.remember("give up " + one.rpc());
        one.caller().cancel(null);
        waiting.remove(one);
        abandoned++;
        for (Side side : List.of(run.first(), run.second())) {
            Eventually.await(
                    BOUND,
                    () -> side.name() + " drops " + one.key().toStringUtf8(),
                    () -> at(side, one.key()).getKvsCount() == 0);
        }
    }

    private boolean sharesItsKey(Waiting one) {
        return waiting.stream().anyMatch(other -> other != one && other.key().equals(one.key()));
    }

    /** Whoever has nobody before it is answered by both; nobody else is; observers have seen who leads. */
    private void settle() {
        for (Iterator<Waiting> each = waiting.iterator(); each.hasNext(); ) {
            Waiting one = each.next();
            // Its key may be gone, or be another's by now: then it waits for those that were there before it.
            if (one.first().isDone() || one.second().isDone() || isNext(one)) {
                run.compareAnswers(
                        one.rpc(),
                        one.first().orTimeout(20, TimeUnit.SECONDS).join(),
                        one.second().orTimeout(20, TimeUnit.SECONDS).join());
                each.remove();
                letIn++;
            }
        }
        for (Observers one : observers) {
            keys(one.name).stream()
                    .min(Comparator.comparingLong(KeyValue::getCreateRevision))
                    .filter(leader -> !leader.equals(one.seen))
                    .ifPresent(leader -> seesLeader(one, leader));
        }
    }

    private boolean isNext(Waiting one) {
        List<KeyValue> keys = keys(one.name());
        Optional<KeyValue> own =
                keys.stream().filter(each -> each.getKey().equals(one.key())).findFirst();
        return own.isPresent()
                && keys.stream()
                        .allMatch(each -> each.getCreateRevision() >= own.get().getCreateRevision());
    }

    private void seesLeader(Observers both, KeyValue leader) {
        Answer first = Answer.of(toldUpTo(run.first(), both.first, leader), Status.OK);
        Answer second = Answer.of(toldUpTo(run.second(), both.second, leader), Status.OK);
        LeaderRequest request =
                LeaderRequest.newBuilder().setName(Keys.utf8(both.name)).build();
        run.compareAnswers(Rpc.of(ElectionGrpc.getObserveMethod(), request), first, second);
        both.seen = leader;
    }

    private static List<Message> toldUpTo(Side side, BlockingQueue<Message> queue, KeyValue leader) {
        List<Message> told = new ArrayList<>();
        try {
            while (true) {
                Message next = queue.poll(BOUND.toSeconds(), TimeUnit.SECONDS);
                if (next == null) {
                    throw new Difference("%s does not tell observers of %s".formatted(side.name(), leader));
                }
                told.add(next);
                if (((LeaderResponse) next).getKv().equals(leader)) {
                    return told;
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    private static BlockingQueue<Message> observe(Channel channel, String name) {
        BlockingQueue<Message> seen = new LinkedBlockingQueue<>();
        ElectionGrpc.newStub(channel)
                .observe(LeaderRequest.newBuilder().setName(Keys.utf8(name)).build(), new StreamObserver<>() {
                    @Override
                    public void onNext(LeaderResponse response) {
                        seen.add(response);
                    }

                    @Override
                    public void onError(Throwable ended) {}

                    @Override
                    public void onCompleted() {}
                });
        return seen;
    }
}
