import static com.ibm.etcd.client.KeyUtils.bs;

import com.google.protobuf.ByteString;
import com.ibm.etcd.api.Event;
import com.ibm.etcd.api.Event.EventType;
import com.ibm.etcd.api.RangeRequest.SortOrder;
import com.ibm.etcd.api.RangeRequest.SortTarget;
import com.ibm.etcd.client.EtcdClient;
import com.ibm.etcd.client.kv.KvClient;
import com.ibm.etcd.client.kv.KvClient.WatchIterator;
import com.ibm.etcd.client.lease.PersistentLease;
import com.ibm.etcd.client.lease.PersistentLease.LeaseState;
import com.ibm.etcd.client.utils.EtcdLeaderElection;
import com.ibm.etcd.client.utils.PersistentLeaseKey;
import com.ibm.etcd.client.utils.RangeCache;
import com.ibm.etcd.client.watch.RevisionCompactedException;
import io.grpc.Status;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Uses IBM's etcd-java against one server; fails at the first answer that is not etcd's. */
public final class Check {
    private static final ByteString ROOT = bs("clients/etcd-java/");

    private static EtcdClient etcd;
    private static KvClient kv;

    private interface Step {
        void run() throws Exception;
    }

    public static void main(String[] args) {
        Thread late = new Thread(() -> {
            try {
                Thread.sleep(120_000);
                fail(new AssertionError("not within 120 s"));
            } catch (InterruptedException e) {
                // the run has ended
            }
        });
        late.setDaemon(true);
        late.start();
        try {
            run(URI.create(args[0]));
        } catch (Throwable e) {
            fail(e);
        }
        late.interrupt();
    }

    /** Ends the process at once: the client's threads would keep it. */
    private static void fail(Throwable e) {
        e.printStackTrace();
        System.err.flush();
        Runtime.getRuntime().halt(1);
    }

    private static void run(URI endpoint) throws Exception {
        etcd = EtcdClient.forEndpoint(endpoint.getHost(), endpoint.getPort())
                .withPlainText()
                .withDefaultTimeout(10, TimeUnit.SECONDS)
                .withSessionTimeoutSecs(10)
                .build();
        kv = etcd.getKvClient();
        check("kv", Check::keys);
        check("txn", Check::txn);
        check("watch", Check::watch);
        check("lease", Check::lease);
        check("lock", Check::lock);
        check("range cache", Check::rangeCache);
        check("leader election", () -> leaderElection(endpoint));
        etcd.close();
    }

    private static void check(String name, Step step) throws Exception {
        kv.delete(ROOT).asPrefix().sync();
        step.run();
        kv.delete(ROOT).asPrefix().sync();
        System.out.println("ok " + name);
    }

    private static void keys() {
        for (int i = 0; i < 10; i++) {
            kv.put(key("k" + i), bs("v" + i)).sync();
        }
        var one = kv.get(key("k3")).sync().getKvs(0);
        same(one.getValue(), bs("v3"));
        same(one.getVersion(), 1L);
        var page = kv.get(ROOT).asPrefix().sorted(SortTarget.KEY, SortOrder.DESCEND).limit(2).sync();
        same(page.getCount(), 10L);
        same(page.getMore(), true);
        same(page.getKvs(0).getKey(), key("k9"));
        same(kv.get(ROOT).asPrefix().countOnly().serializable().sync().getCount(), 10L);
        same(kv.put(key("k0"), bs("new")).prevKv().sync().getPrevKv().getValue(), bs("v0"));
        same(kv.get(key("k0")).revision(one.getModRevision()).sync().getKvs(0).getValue(), bs("v0"));
        same(kv.delete(key("k1")).prevKv().sync().getPrevKvs(0).getValue(), bs("v1"));
        same(kv.delete(ROOT).asPrefix().sync().getDeleted(), 9L);
        refused(Status.Code.OUT_OF_RANGE, () -> kv.get(ROOT).revision(1L << 60).sync());
        refused(Status.Code.INVALID_ARGUMENT, () -> kv.put(ByteString.EMPTY, ROOT).sync());
    }

    private static void txn() {
        var first = kv.txnIf().notExists(key("t")).then()
                .put(kv.put(key("t"), bs("a")).asRequest())
                .get(kv.get(key("t")).asRequest())
                .elseDo().noop().sync();
        same(first.getSucceeded(), true);
        same(first.getResponses(1).getResponseRange().getKvs(0).getValue(), bs("a"));
        var second = kv.txnIf().cmpEqual(key("t")).value(bs("b")).and().cmpGreater(ROOT).allWithPrefix().version(0).then()
                .noop()
                .elseDo()
                .subTxn(kv.batch().delete(kv.delete(key("t")).asRequest()).asRequest())
                .sync();
        same(second.getSucceeded(), false);
        same(second.getResponses(0).getResponseTxn().getResponses(0).getResponseDeleteRange().getDeleted(), 1L);
    }

    private static void watch() throws Exception {
        List<Event> seen = new ArrayList<>();
        long first = kv.put(key("w"), bs("0")).sync().getHeader().getRevision();
        try (WatchIterator events = kv.watch(ROOT).asPrefix().prevKv().startRevision(first).start()) {
            for (int i = 1; i < 200; i++) {
                kv.put(key("w"), bs("" + i)).sync();
            }
            kv.delete(key("w")).sync();
            while (seen.size() < 201) {
                seen.addAll(events.next().getEvents());
            }
        }
        for (int i = 0; i < 200; i++) {
            same(seen.get(i).getKv().getValue(), bs("" + i));
            same(seen.get(i).getKv().getModRevision(), first + i);
        }
        same(seen.get(200).getType(), EventType.DELETE);
        same(seen.get(200).getPrevKv().getValue(), bs("199"));
        kv.compact(first + 100, true).get();
        try (WatchIterator events = kv.watch(key("w")).startRevision(first).start()) {
            events.next();
            throw new AssertionError("a watch from before the compaction goes on");
        } catch (RevisionCompactedException e) {
            same(e.getCompactRevision(), first + 100);
        }
    }

    private static void lease() throws Exception {
        var leases = etcd.getLeaseClient();
        long id = leases.grant(60).sync().getID();
        kv.put(key("leased"), bs("x"), id).sync();
        same(leases.ttl(id, true).get().getKeysList(), List.of(key("leased")));
        same(leases.keepAliveOnce(id).get().getTTL(), 60L);
        same(leases.list().get().getLeasesList().stream().anyMatch(l -> l.getID() == id), true);
        leases.revoke(id).get();
        same(kv.get(key("leased")).sync().getCount(), 0L);
        same(leases.ttl(id, false).get().getTTL(), -1L);

        try (PersistentLease kept = leases.maintain().minTtl(5).keepAliveFreq(4).start()) {
            kv.put(key("kept"), bs("x"), kept.get(10, TimeUnit.SECONDS)).sync();
            Thread.sleep(11_000);
            same(kept.getState(), LeaseState.ACTIVE);
            same(kv.get(key("kept")).sync().getCount(), 1L);
        }
        try (RangeCache cache = new RangeCache(etcd, ROOT, false)) {
            cache.start().get(10, TimeUnit.SECONDS);
            try (PersistentLeaseKey mine = new PersistentLeaseKey(etcd, key("mine"), bs("x"), cache)) {
                mine.startWithFuture().get(10, TimeUnit.SECONDS);
                until(() -> cache.keyExists(key("mine")));
            }
            until(() -> !cache.keyExistsRemote(key("mine")));
        }
    }

    private static void lock() throws Exception {
        var locks = etcd.getLockClient();
        var leases = etcd.getLeaseClient();
        long first = leases.grant(10).sync().getID();
        long second = leases.grant(10).sync().getID();
        ByteString held = locks.lock(key("lock")).withLease(first).sync().getKey();
        var waits = locks.lock(key("lock")).withLease(second).async();
        Thread.sleep(300);
        same(waits.isDone(), false);
        locks.unlock(held).sync();
        locks.unlock(waits.get(10, TimeUnit.SECONDS).getKey()).sync();
        leases.revoke(first).get();
        leases.revoke(second).get();
    }

    private static void rangeCache() throws Exception {
        for (int i = 0; i < 100; i++) {
            kv.put(key("c" + i), bs("0")).sync();
        }
        try (RangeCache cache = new RangeCache(etcd, ROOT, false)) {
            cache.start().get(10, TimeUnit.SECONDS);
            same(cache.size(), 100);
            for (int i = 0; i < 50; i++) {
                kv.put(key("c" + i), bs("1")).sync();
                kv.delete(key("c" + (50 + i))).sync();
            }
            until(() -> cache.size() == 50 && cache.get(key("c49")).getValue().equals(bs("1")));
            long revision = cache.put(key("c0"), bs("2"));
            same(cache.get(key("c0")).getModRevision(), revision);
            same(cache.put(key("c0"), bs("3"), revision - 1).succ(), false);
            same(cache.put(key("c0"), bs("3"), revision).succ(), true);
            same(cache.delete(key("c0")), true);
            same(kv.get(key("c0")).sync().getCount(), 0L);
            int[] counted = {0};
            cache.strongIterator().forEachRemaining(each -> counted[0]++);
            same(counted[0], 49);
        }
    }

    private static void leaderElection(URI endpoint) throws Exception {
        var others = EtcdClient.forEndpoint(endpoint.getHost(), endpoint.getPort()).withPlainText().build();
        try (EtcdLeaderElection first = new EtcdLeaderElection(etcd, key("election/"), "one");
                EtcdLeaderElection second = new EtcdLeaderElection(others, key("election/"), "two")) {
            first.start();
            until(first::isLeader);
            second.start();
            until(() -> "one".equals(second.getLeaderId()));
            same(second.isLeader(), false);
            first.close();
            until(second::isLeader);
        }
        others.close();
    }

    private static ByteString key(String name) {
        return ROOT.concat(bs(name));
    }

    private static void same(Object got, Object want) {
        if (!Objects.equals(got, want)) {
            throw new AssertionError("got " + got + ", want " + want);
        }
    }

    private static void refused(Status.Code code, Callable<?> call) {
        try {
            call.call();
        } catch (Exception e) {
            same(Status.fromThrowable(e).getCode(), code);
            return;
        }
        throw new AssertionError("not refused: " + code);
    }

    private static void until(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within 30 s");
            }
            Thread.sleep(50);
        }
    }
}
