package io.metastore.storage.watch;

import static io.metastore.storage.watch.HubFixture.everything;
import static io.metastore.storage.watch.HubFixture.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.api.rpc.WatchCreateRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/** Real threads: an apply thread at full speed, two lanes, the catch-up thread, clients that come, stop and go. */
@Timeout(120)
class WatchThreadsTest {
    private static final int WRITES = 20_000;
    private static final int CLIENTS = 12;

    private final List<ExecutorService> threads = new ArrayList<>();
    private final StoreHub store = new StoreHub(
            new WatchConfig(1000, 100, 16 << 10, 32 << 10, 1 << 20, 8 << 10, 64 << 10, 16 << 10), thread());
    private final ExecutorService[] lanes = {thread(), thread()};

    private ExecutorService thread() {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        threads.add(executor);
        return executor;
    }

    @AfterEach
    void stop() {
        store.close();
        threads.forEach(ExecutorService::shutdownNow);
    }

    @RepeatedTest(3)
    void everyWatcherReceivesEveryRevisionOnce() {
        Random random = new Random();
        List<FakeClient> clients = new ArrayList<>();
        List<Long> starts = new ArrayList<>();
        Thread apply = new Thread(() -> {
            for (int i = 0; i < WRITES; i++) {
                store.write("put a " + i + ", put b" + i % 10 + " " + i);
            }
        });
        apply.start();
        while (clients.size() < CLIENTS || apply.isAlive()) {
            if (clients.size() < CLIENTS) {
                FakeClient client = new FakeClient(lanes[clients.size() % 2]);
                WatchCreateRequest.Builder request = clients.size() % 3 == 0 ? key("a") : everything();
                request.setStartRevision(clients.size() % 4 == 0 ? 0 : 1 + random.nextInt(WRITES));
                starts.add(on(client, () -> {
                    client.connect(store.hub);
                    long current = store.store.currentRevision();
                    client.create(request.setStartRevision(
                            request.getStartRevision() == 0 ? current + 1 : request.getStartRevision()));
                    return request.getStartRevision();
                }));
                clients.add(client);
            }
            FakeClient client = clients.get(random.nextInt(clients.size()));
            client.lane().execute(() -> client.reads(random.nextInt(3)));
        }
        for (FakeClient client : clients) {
            client.lane().execute(() -> client.reads(Long.MAX_VALUE));
        }
        for (int i = 0; i < CLIENTS; i++) {
            FakeClient client = clients.get(i);
            long start = Math.max(2, starts.get(i));
            int eventsPerRevision = i % 3 == 0 ? 1 : 2;
            List<Long> expected = LongStream.rangeClosed(start, WRITES + 1)
                    .flatMap(revision -> LongStream.generate(() -> revision).limit(eventsPerRevision))
                    .boxed()
                    .toList();
            eventually(() -> on(client, () -> client.eventsOf(0).size()) >= expected.size());
            List<Long> revisions = on(client, () -> client.eventsOf(0).stream()
                    .map(event -> event.getKv().getModRevision())
                    .toList());
            assertThat(revisions).isEqualTo(expected);
        }
        store.assertHealthy();
        eventually(() -> store.hub.slowWatchers() == 0 && store.hub.pendingBytes() == 0);
        clients.forEach(client -> on(client, () -> {
            client.stream().close();
            return true;
        }));
        assertThat(store.hub.watchers()).isZero();
    }

    private static <T> T on(FakeClient client, Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, client.lane()).join();
    }

    private static void eventually(Supplier<Boolean> condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.get()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
