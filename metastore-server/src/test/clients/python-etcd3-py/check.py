"""Uses etcd3-py, which speaks to the JSON gateway, against one server; fails at the first answer that is not etcd's."""

import sys
import threading
import time
import warnings
from urllib.parse import urlsplit

warnings.simplefilter("ignore")
from etcd3 import Client, EventType
from etcd3.models import etcdserverpbAlarmType as AlarmType
from etcd3.models import RangeRequestSortOrder as SortOrder, RangeRequestSortTarget as SortTarget

HOST = urlsplit(sys.argv[1])
ROOT = "clients/etcd3-py/"


def connect():
    return Client(host=HOST.hostname, port=HOST.port, timeout=20)


c = connect()


def same(got, want):
    assert got == want, "got %r, want %r" % (got, want)


def refused(call):
    """The client expects errors as older gateways wrote them; that there is one is all it can tell of a newer one's."""
    try:
        call()
    except Exception:
        return
    raise AssertionError("not refused")


def kv():
    for i in range(10):
        c.put(ROOT + "k%d" % i, "v%d" % i)
    got = c.range(ROOT + "k3").kvs[0]
    same((got.key, got.value, got.version), ((ROOT + "k3").encode(), b"v3", 1))
    same("kvs" in c.range(ROOT + "absent"), False)
    page = c.range(ROOT, prefix=True, limit=3, sort_order=SortOrder.DESCEND, sort_target=SortTarget.KEY)
    same([kv.value for kv in page.kvs], [b"v9", b"v8", b"v7"])
    same((page.count, page.more), (10, True))
    same(c.range(ROOT, prefix=True, count_only=True).count, 10)
    same(c.put(ROOT + "k0", "new", prev_kv=True).prev_kv.value, b"v0")
    same(c.range(ROOT + "k0", revision=got.mod_revision).kvs[0].value, b"v0")
    same(c.delete_range(ROOT + "k1", prev_kv=True).prev_kvs[0].value, b"v1")
    same(c.delete_range(ROOT, prefix=True).deleted, 9)
    refused(lambda: c.range(ROOT, revision=1 << 60))


def txn():
    t = c.Txn()
    t.If(t.key(ROOT + "t").version == 0)
    t.Then(t.put(ROOT + "t", "a"))
    t.Then(t.range(ROOT + "t"))
    t.Else(t.delete(ROOT + "t"))
    answer = t.commit()
    same(answer.succeeded, True)
    same(answer.responses[1].response_range.kvs[0].value, b"a")
    same("succeeded" in t.commit(), False)
    same("kvs" in c.range(ROOT + "t"), False)


def lease():
    with c.Lease(ttl=60) as lease:
        c.put(ROOT + "leased", "x", lease=lease.ID)
        left = lease.time_to_live(keys=True)
        same(left.keys, [(ROOT + "leased").encode()])
        same(lease.keepalive_once().TTL, 60)
        same(lease.alive(), True)
    same("kvs" in c.range(ROOT + "leased"), False)
    refused(lambda: c.lease_revoke(lease.ID))
    c.put(ROOT + "short", "x", lease=c.lease_grant(1).ID)
    end = time.monotonic() + 30
    while "kvs" in c.range(ROOT + "short"):
        assert time.monotonic() < end, "not within 30 s"
        time.sleep(0.1)


def lock():
    """The client's own lock, and the server's."""
    with c.Lock("clients-etcd3-py", lock_ttl=10) as held:
        same(held.is_acquired, True)
    lease = c.lease_grant(10).ID
    held = c.lock(ROOT + "lock", lease=lease)
    waiting = threading.Thread(target=lambda: order.append(connect().lock(ROOT + "lock")))
    order = []
    waiting.start()
    time.sleep(0.5)
    same(order, [])
    c.unlock(held.key)
    waiting.join(20)
    same(len(order), 1)
    c.unlock(order[0].key)
    c.lease_revoke(lease)


def watch():
    watcher = c.Watcher(key=ROOT + "w", prefix=True, prev_kv=True)
    seen = []
    done = threading.Event()
    watcher.onEvent(seen.append)
    watcher.onEvent(lambda e: done.set() if e.type == EventType.DELETE else None)
    threading.Thread(target=watcher.run, daemon=True).start()
    end = time.monotonic() + 20
    while watcher.watch_id is None and not watcher.start_revision:
        assert time.monotonic() < end, "not created within 20 s"
        time.sleep(0.1)
    for i in range(200):
        c.put(ROOT + "w", str(i))
    c.delete_range(ROOT + "w")
    assert done.wait(20), "not within 20 s"
    same([e.value for e in seen[:200]], [b"%d" % i for i in range(200)])
    same(seen[200].prev_kv.value, b"199")
    watcher.stop()


def cluster():
    members = [m.ID for m in c.member_list().members]
    status = c.status()
    assert status.header.member_id in members
    same("alarms" in c.alarm_get(0, AlarmType.NOSPACE), False)
    c.hash()
    c.defragment()
    same(c.health(), "true")


def auth():
    c.user_add("root", "secret")
    c.role_add("root")
    c.user_grant_role("root", "root")
    c.role_add("reading")
    c.role_grant_permission("reading", key=ROOT, prefix=True)
    same(c.role_get("reading").perm[0].key, ROOT.encode())
    c.user_add("reader", "reads")
    c.user_grant_role("reader", "reading")
    c.auth_enable()
    admin, reader = connect(), connect()
    admin.auth("root", "secret")
    try:
        reader.auth("reader", "reads")
        refused(lambda: c.put(ROOT + "a", "1"))
        refused(lambda: connect().auth("root", "wrong"))
        admin.put(ROOT + "a", "1")
        same(reader.range(ROOT + "a").kvs[0].value, b"1")
        refused(lambda: reader.put(ROOT + "a", "2"))
    finally:
        admin.auth_disable()
        for user in ("root", "reader"):
            c.user_delete(user)
        for role in ("root", "reading"):
            c.role_delete(role)


for check in (kv, txn, lease, lock, watch, cluster, auth):
    c.delete_range(ROOT, prefix=True)
    check()
    c.delete_range(ROOT, prefix=True)
    print("ok", check.__name__)
