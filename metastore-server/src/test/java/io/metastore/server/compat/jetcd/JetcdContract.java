package io.metastore.server.compat.jetcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.common.exception.CompactedException;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.PutResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.GetOption.SortOrder;
import io.etcd.jetcd.options.GetOption.SortTarget;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.grpc.stub.StreamObserver;
import io.metastore.server.process.Eventually;
import io.metastore.server.process.ProcessMember;
import io.metastore.server.process.Program;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a program that uses jetcd may count on. */
@Tag("compat")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
abstract class JetcdContract {

    private static final Duration BOUND = Duration.ofSeconds(30);

    private ProcessMember member;
    private Client client;
    private KV kv;

    abstract Program program();

    @BeforeEach
    void start(@TempDir Path directory) {
        member = new ProcessMember(program(), directory.resolve("data")).start();
        client = Client.builder().endpoints(URI.create(member.clientUrl())).build();
        kv = client.getKVClient();
    }

    @AfterEach
    void stop() {
        if (client != null) {
            client.close();
        }
        if (member != null) {
            member.close();
        }
    }

    @Test
    void readsWhatItPut() throws Exception {
        PutResponse put = answer(kv.put(bytes("k"), bytes("v1")));
        PutResponse again = answer(
                kv.put(bytes("k"), bytes("v2"), PutOption.builder().withPrevKV().build()));

        GetResponse now = answer(kv.get(bytes("k")));
        GetResponse before = answer(kv.get(
                bytes("k"),
                GetOption.builder().withRevision(put.getHeader().getRevision()).build()));

        assertThat(again.getPrevKv().getValue()).isEqualTo(bytes("v1"));
        assertThat(now.getKvs()).singleElement().satisfies(found -> {
            assertThat(found.getValue()).isEqualTo(bytes("v2"));
            assertThat(found.getVersion()).isEqualTo(2);
            assertThat(found.getModRevision()).isEqualTo(again.getHeader().getRevision());
        });
        assertThat(before.getKvs().get(0).getValue()).isEqualTo(bytes("v1"));
        assertThat(answer(kv.get(bytes("none"))).getKvs()).isEmpty();
    }

    @Test
    void listsPrefixesSortedLimitedCounted() throws Exception {
        for (int i = 0; i < 5; i++) {
            answer(kv.put(bytes("dir/" + i), bytes("v" + i)));
        }
        answer(kv.put(bytes("other"), bytes("x")));

        GetResponse page = answer(kv.get(
                bytes("dir/"),
                GetOption.builder()
                        .isPrefix(true)
                        .withSortField(SortTarget.MOD)
                        .withSortOrder(SortOrder.DESCEND)
                        .withLimit(2)
                        .build()));
        GetResponse count = answer(kv.get(
                bytes("dir/"),
                GetOption.builder().isPrefix(true).withCountOnly(true).build()));

        assertThat(page.getKvs()).extracting(KeyValue::getKey).containsExactly(bytes("dir/4"), bytes("dir/3"));
        assertThat(page.isMore()).isTrue();
        assertThat(page.getCount()).isEqualTo(5);
        assertThat(count.getKvs()).isEmpty();
        assertThat(count.getCount()).isEqualTo(5);
        assertThat(answer(kv.delete(
                                bytes("dir/"),
                                DeleteOption.builder().isPrefix(true).build()))
                        .getDeleted())
                .isEqualTo(5);
    }

    @Test
    void swapsOnlyWhatItCompared() throws Exception {
        answer(kv.put(bytes("account"), bytes("100")));
        Cmp unchanged = new Cmp(bytes("account"), Cmp.Op.EQUAL, CmpTarget.value(bytes("100")));

        TxnResponse first = swap(unchanged, "90");
        TxnResponse second = swap(unchanged, "80");

        assertThat(first.isSucceeded()).isTrue();
        assertThat(second.isSucceeded()).isFalse();
        assertThat(second.getGetResponses().get(0).getKvs().get(0).getValue()).isEqualTo(bytes("90"));
    }

    @Test
    void failsWithTheErrorsOfEtcd() throws Exception {
        answer(kv.put(bytes("k"), bytes("1")));
        answer(kv.put(bytes("k"), bytes("2")));
        answer(kv.compact(3));

        assertThatThrownBy(() -> answer(
                        kv.get(bytes("k"), GetOption.builder().withRevision(2).build())))
                .cause()
                .hasMessageContaining("mvcc: required revision has been compacted");
        assertThatThrownBy(() -> answer(kv.put(
                        bytes("k"),
                        bytes("3"),
                        PutOption.builder().withLeaseId(4711).build())))
                .cause()
                .hasMessageContaining("requested lease not found");
        assertThatThrownBy(() -> answer(kv.put(bytes(""), bytes("3"))))
                .cause()
                .hasMessageContaining("key is not provided");
    }

    @Test
    void watchesPastAndFuture() throws Exception {
        long from = answer(kv.put(bytes("w/1"), bytes("a"))).getHeader().getRevision();
        Events events = new Events();
        WatchOption option = WatchOption.builder()
                .isPrefix(true)
                .withRevision(from)
                .withPrevKV(true)
                .build();
        try (Watch.Watcher watcher = client.getWatchClient().watch(bytes("w/"), option, events)) {
            answer(kv.put(bytes("w/1"), bytes("b")));
            answer(kv.put(bytes("elsewhere"), bytes("x")));
            answer(kv.delete(bytes("w/1")));

            events.await(3);
            assertThat(watcher.isClosed()).isFalse();
        }
        assertThat(events.described()).containsExactly("PUT w/1=a", "PUT w/1=b after a", "DELETE w/1 after b");
    }

    @Test
    void watchOfCompactedHistoryFails() throws Exception {
        for (int i = 0; i < 5; i++) {
            answer(kv.put(bytes("k"), bytes("v" + i)));
        }
        answer(kv.compact(5));
        Events events = new Events();
        try (Watch.Watcher watcher = client.getWatchClient()
                .watch(bytes("k"), WatchOption.builder().withRevision(2).build(), events)) {
            assertThat(watcher).isNotNull();
            Eventually.await(BOUND, () -> "the watch fails", () -> !events.failures.isEmpty());
        }
        assertThat(events.failures.get(0)).isInstanceOf(CompactedException.class);
        assertThat(((CompactedException) events.failures.get(0)).getCompactedRevision())
                .isEqualTo(5);
    }

    @Test
    void watchGoesOnAcrossACrashOfTheServer() throws Exception {
        Events events = new Events();
        try (Watch.Watcher watcher = client.getWatchClient()
                .watch(
                        bytes("w/"),
                        WatchOption.builder().isPrefix(true).withRevision(2).build(),
                        events)) {
            answer(kv.put(bytes("w/1"), bytes("before")));
            events.await(1);

            member.kill();
            member.start();
            Eventually.answer(BOUND, () -> answer(kv.put(bytes("w/2"), bytes("after"))));

            events.await(2);
            assertThat(watcher.isClosed()).isFalse();
        }
        // jetcd may repeat a put whose answer it did not get; never may an event be missing or come twice.
        assertThat(events.described()).startsWith("PUT w/1=before", "PUT w/2=after");
        assertThat(events.revisions()).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void leaseLivesWhileItIsKeptAliveAndTakesItsKeysAlong() throws Exception {
        long lease = answer(client.getLeaseClient().grant(2)).getID();
        answer(kv.put(
                bytes("mortal"),
                bytes("v"),
                PutOption.builder().withLeaseId(lease).build()));
        KeepAlives answers = new KeepAlives();
        long granted = System.nanoTime();
        try (var keeping = client.getLeaseClient().keepAlive(lease, answers)) {
            assertThat(keeping).isNotNull();
            Duration twice = Duration.ofSeconds(5);
            Eventually.await(
                    BOUND, () -> "twice its time has passed", () -> System.nanoTime() - granted > twice.toNanos());
            assertThat(answers.ttls).isNotEmpty().allMatch(ttl -> ttl == 2);
            assertThat(answer(kv.get(bytes("mortal"))).getCount()).isEqualTo(1);
            assertThat(answer(client.getLeaseClient()
                                    .timeToLive(
                                            lease,
                                            LeaseOption.builder()
                                                    .withAttachedKeys()
                                                    .build()))
                            .getKeys())
                    .containsExactly(bytes("mortal"));
        }
        Eventually.await(
                BOUND,
                () -> "the key goes with its lease",
                () -> answer(kv.get(bytes("mortal"))).getCount() == 0);
    }

    @Test
    void revokedLeaseTakesItsKeysAlongAtOnce() throws Exception {
        long lease = answer(client.getLeaseClient().grant(600)).getID();
        answer(kv.put(
                bytes("l"), bytes("v"), PutOption.builder().withLeaseId(lease).build()));

        answer(client.getLeaseClient().revoke(lease));

        assertThat(answer(kv.get(bytes("l"))).getCount()).isZero();
        assertThatThrownBy(() -> answer(client.getLeaseClient().revoke(lease)))
                .cause()
                .hasMessageContaining("requested lease not found");
    }

    @Test
    void asksTheServerAboutItself() throws Exception {
        answer(kv.put(bytes("k"), bytes("v")));

        assertThat(answer(client.getClusterClient().listMember()).getMembers())
                .singleElement()
                .satisfies(found -> assertThat(found.getClientURIs()).containsExactly(URI.create(member.clientUrl())));
        assertThat(answer(client.getMaintenanceClient().statusMember(member.clientUrl()))
                        .getVersion())
                .startsWith("3.7.");
        assertThat(answer(client.getMaintenanceClient().hashKV(member.clientUrl(), 0))
                        .getHash())
                .isNotZero();
        assertThat(answer(client.getMaintenanceClient().listAlarms()).getAlarms())
                .isEmpty();
        answer(client.getMaintenanceClient().defragmentMember(member.clientUrl()));
    }

    private TxnResponse swap(Cmp condition, String value) throws Exception {
        return answer(kv.txn()
                .If(condition)
                .Then(Op.put(bytes("account"), bytes(value), PutOption.DEFAULT))
                .Else(Op.get(bytes("account"), GetOption.DEFAULT))
                .commit());
    }

    private static <T> T answer(CompletableFuture<T> future) throws Exception {
        return future.get(BOUND.toSeconds(), TimeUnit.SECONDS);
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, UTF_8);
    }

    /** What a watch told its listener. */
    private static final class Events implements Watch.Listener {

        private final List<WatchEvent> events = new CopyOnWriteArrayList<>();
        private final List<Throwable> failures = new CopyOnWriteArrayList<>();

        @Override
        public void onNext(io.etcd.jetcd.watch.WatchResponse response) {
            events.addAll(response.getEvents());
        }

        @Override
        public void onError(Throwable failure) {
            failures.add(failure);
        }

        @Override
        public void onCompleted() {}

        void await(int count) {
            Eventually.await(
                    BOUND, () -> "%d events, got %s".formatted(count, described()), () -> events.size() >= count);
        }

        List<String> described() {
            return events.stream().map(Events::described).collect(Collectors.toList());
        }

        List<Long> revisions() {
            return events.stream()
                    .map(event -> event.getKeyValue().getModRevision())
                    .collect(Collectors.toList());
        }

        private static String described(WatchEvent event) {
            boolean put = event.getEventType() == WatchEvent.EventType.PUT;
            String before =
                    event.getPrevKV() == null || event.getPrevKV().getKey().isEmpty()
                            ? ""
                            : " after " + event.getPrevKV().getValue();
            return event.getEventType() + " " + event.getKeyValue().getKey()
                    + (put ? "=" + event.getKeyValue().getValue() : "") + before;
        }
    }

    private static final class KeepAlives implements StreamObserver<LeaseKeepAliveResponse> {

        private final List<Long> ttls = new CopyOnWriteArrayList<>();

        @Override
        public void onNext(LeaseKeepAliveResponse response) {
            ttls.add(response.getTTL());
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }
}
