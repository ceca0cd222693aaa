package io.metastore.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.PutResponse;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchGrpc;
import io.metastore.api.rpc.WatchRequest;
import io.metastore.api.rpc.WatchResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * One watcher that never reads beside a thousand that do, while as much is written as goes: the member's memory stays where
 * it was, the others get all of it meanwhile, and so does the slow one when it reads at last.
 */
@Isolated("It measures how the healthy watchers are served")
@Tag("compat")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SlowWatcherIT {

    private static final int HEALTHY = 1_000;
    private static final int CHANNELS = 4;
    private static final int IN_FLIGHT = 256;
    private static final int PUTS = Integer.getInteger("slow.watcher.puts", 100_000);
    private static final ByteString VALUE = ByteString.copyFrom(new byte[2_000]);
    /** Of what the slow watcher leaves unread, 200 MB, at most this may be in the member's memory. */
    private static final long BOUND_BYTES = 64 << 20;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private ProcessMember member;
    private final List<ManagedChannel> channels = new ArrayList<>();

    @BeforeEach
    void start() {
        member = new ProcessMember(Binaries.metastore(), directory.resolve("data")).start();
        for (int i = 0; i < CHANNELS + 1; i++) {
            channels.add(member.channel());
        }
    }

    @AfterEach
    void end() {
        channels.forEach(ManagedChannel::shutdownNow);
        if (member != null) {
            member.close();
        }
    }

    @Test
    void costsNobodyAnything() throws Exception {
        List<Reader> healthy = new ArrayList<>();
        for (int i = 0; i < HEALTHY; i++) {
            Reader reader = new Reader(true);
            reader.open(channels.get(i % CHANNELS), key(i), ByteString.EMPTY);
            healthy.add(reader);
        }
        Load before = write(11);
        awaitAll(healthy, before);
        long residentBefore = residentBytes();

        Reader slow = new Reader(false);
        slow.open(channels.get(CHANNELS), ByteString.copyFromUtf8("w/"), ByteString.copyFromUtf8("w0"));
        healthy.forEach(Reader::forget);
        Load with = write(12);
        awaitAll(healthy, with);
        long residentAfter = residentBytes();

        assertThat(slow.events()).as("events that the slow watcher has read").isZero();
        System.out.printf(
                "slow watcher: %.0f puts/s before, %.0f beside it; resident %d MiB before, %d beside it, unread %d MiB%n",
                before.perSecond(), with.perSecond(), residentBefore >> 20, residentAfter >> 20, with.bytes() >> 20);
        assertThat(residentAfter - residentBefore).as("more memory").isLessThan(BOUND_BYTES);

        slow.read();
        Eventually.await(
                PATIENCE,
                () -> "the slow watcher gets %d events, has %d".formatted(PUTS, slow.events()),
                () -> slow.events() == PUTS);
        assertThat(slow.breach()).isNull();
        assertThat(slow.last()).isEqualTo(with.lastRevision());
    }

    private record Load(long[] putsOfKey, long lastRevision, double perSecond) {
        long bytes() {
            return (long) PUTS * VALUE.size();
        }
    }

    /** Puts at random keys; each key's share is what its watcher has to get. */
    private Load write(long seed) throws InterruptedException {
        Random random = new Random(seed);
        long[] putsOfKey = new long[HEALTHY];
        Semaphore permits = new Semaphore(IN_FLIGHT);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        AtomicReference<Long> last = new AtomicReference<>(0L);
        long start = System.nanoTime();
        for (int i = 0; i < PUTS; i++) {
            permits.acquire();
            int number = random.nextInt(HEALTHY);
            putsOfKey[number]++;
            PutRequest put =
                    PutRequest.newBuilder().setKey(key(number)).setValue(VALUE).build();
            Futures.addCallback(
                    KVGrpc.newFutureStub(channels.get(number % CHANNELS)).put(put),
                    new FutureCallback<PutResponse>() {
                        @Override
                        public void onSuccess(PutResponse response) {
                            last.accumulateAndGet(response.getHeader().getRevision(), Math::max);
                            permits.release();
                        }

                        @Override
                        public void onFailure(Throwable why) {
                            failure.set(why);
                            permits.release();
                        }
                    },
                    MoreExecutors.directExecutor());
        }
        permits.acquire(IN_FLIGHT);
        assertThat(failure.get()).as("failed put").isNull();
        return new Load(putsOfKey, last.get(), PUTS / ((System.nanoTime() - start) / 1e9));
    }

    private static void awaitAll(List<Reader> readers, Load load) {
        for (int i = 0; i < readers.size(); i++) {
            Reader reader = readers.get(i);
            long wanted = load.putsOfKey()[i];
            Eventually.await(
                    PATIENCE,
                    () -> "a healthy watcher gets %d events, has %d".formatted(wanted, reader.events()),
                    () -> reader.events() == wanted);
            assertThat(reader.breach()).isNull();
        }
    }

    private long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(member.pid()), "status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        throw new AssertionError("no VmRSS");
    }

    private static ByteString key(int number) {
        return ByteString.copyFrom("w/%04d".formatted(number), StandardCharsets.US_ASCII);
    }

    /** Counts events and checks their order; until {@link #read}, one that does not read takes only the first answer. */
    private static final class Reader implements ClientResponseObserver<WatchRequest, WatchResponse> {
        private final boolean reads;
        private @Nullable ClientCallStreamObserver<WatchRequest> stream;
        private boolean created;
        private long events;
        private long last;
        private @Nullable String breach;

        Reader(boolean reads) {
            this.reads = reads;
        }

        void open(ManagedChannel channel, ByteString key, ByteString rangeEnd) {
            WatchGrpc.newStub(channel).withWaitForReady().watch(this);
            stream()
                    .onNext(WatchRequest.newBuilder()
                            .setCreateRequest(
                                    WatchCreateRequest.newBuilder().setKey(key).setRangeEnd(rangeEnd))
                            .build());
            Eventually.await(PATIENCE, () -> "watch is created", this::isCreated);
        }

        @Override
        public synchronized void beforeStart(ClientCallStreamObserver<WatchRequest> requests) {
            stream = requests;
            if (!reads) {
                requests.disableAutoRequestWithInitial(1);
            }
        }

        void read() {
            stream().request(Integer.MAX_VALUE);
        }

        private synchronized ClientCallStreamObserver<WatchRequest> stream() {
            if (stream == null) {
                throw new IllegalStateException("not opened");
            }
            return stream;
        }

        @Override
        public synchronized void onNext(WatchResponse response) {
            created |= response.getCreated();
            if (response.getCanceled()) {
                breach = "cancelled: " + response.getCancelReason();
            }
            for (Event event : response.getEventsList()) {
                long revision = event.getKv().getModRevision();
                if (revision <= last) {
                    breach = "revision %d after %d".formatted(revision, last);
                }
                last = revision;
                events++;
            }
        }

        @Override
        public synchronized void onError(Throwable why) {
            breach = "the stream failed: " + why;
        }

        @Override
        public synchronized void onCompleted() {
            breach = "the stream ended";
        }

        synchronized void forget() {
            events = 0;
        }

        synchronized boolean isCreated() {
            return created;
        }

        synchronized long events() {
            return events;
        }

        synchronized long last() {
            return last;
        }

        synchronized @Nullable String breach() {
            return breach;
        }
    }
}
