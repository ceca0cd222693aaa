"""Uses python-etcd3 against one server; fails at the first answer that is not etcd's."""

import io
import sys
import threading
from urllib.parse import urlsplit

import etcd3

HOST = urlsplit(sys.argv[1])
ROOT = "clients/etcd3/"


def connect(**options):
    return etcd3.client(host=HOST.hostname, port=HOST.port, timeout=20, **options)


def same(got, want):
    assert got == want, "got %r, want %r" % (got, want)


def fails(call, text):
    try:
        call()
    except Exception as e:
        assert text in str(e) + repr(e) + str(getattr(e, "details", str)()), repr(e)
    else:
        raise AssertionError("not refused: " + text)


c = connect()


def kv():
    for i in range(10):
        c.put(ROOT + "k%d" % i, "v%d" % i)
    value, meta = c.get(ROOT + "k3")
    same((value, meta.key, meta.version), (b"v3", (ROOT + "k3").encode(), 1))
    same(c.get(ROOT + "absent"), (None, None))
    same([v for v, _ in c.get_prefix(ROOT + "k", sort_order="descend")], [b"v%d" % i for i in range(9, -1, -1)])
    same([v for v, _ in c.get_range(ROOT + "k1", ROOT + "k3")], [b"v1", b"v2"])
    same(c.get_prefix_response(ROOT, keys_only=True).count, 10)
    same(c.put(ROOT + "k0", "new", prev_kv=True).prev_kv.value, b"v0")
    same(c.replace(ROOT + "k1", "v1", "new"), True)
    same(c.replace(ROOT + "k1", "v1", "newer"), False)
    same(c.put_if_not_exists(ROOT + "k1", "x"), False)
    same(c.delete(ROOT + "k1"), True)
    same(c.delete(ROOT + "k1"), False)
    same(c.delete_prefix(ROOT).deleted, 9)


def txn():
    t = c.transactions
    ok, answers = c.transaction(
        compare=[t.version(ROOT + "t") == 0, t.create(ROOT + "t") == 0],
        success=[t.put(ROOT + "t", "a"), t.get(ROOT + "t"), t.txn(compare=[t.version(ROOT + "t") == 0], success=[], failure=[t.delete(ROOT + "gone")])],
        failure=[])
    same(ok, True)
    same(answers[1][0][0], b"a")
    ok, answers = c.transaction(compare=[t.value(ROOT + "t") == "b"], success=[], failure=[t.get(ROOT + "gone")])
    same((ok, answers), (False, [[]]))


def lease():
    lease = c.lease(60)
    c.put(ROOT + "leased", "x", lease=lease)
    same(lease.granted_ttl, 60)
    same(list(lease.keys), [(ROOT + "leased").encode()])
    same([r.TTL for r in lease.refresh()], [60])
    lease.revoke()
    same(c.get(ROOT + "leased")[0], None)
    deleted = watching(ROOT + "short", lambda e: isinstance(e, etcd3.events.DeleteEvent))
    c.put(ROOT + "short", "x", lease=c.lease(1))
    assert deleted.wait(30), "not within 30 s"


def watching(key, condition):
    found = threading.Event()

    def seen(response):
        if any(condition(e) for e in response.events):
            found.set()
    c.add_watch_callback(key, seen)
    return found


def lock():
    first, second = c.lock("clients-etcd3", ttl=10), c.lock("clients-etcd3", ttl=10)
    same(first.acquire(), True)
    same(second.acquire(timeout=0), False)
    same(first.is_acquired(), True)
    first.refresh()
    threading.Timer(0.5, first.release).start()
    same(second.acquire(timeout=20), True)
    same(second.release(), True)
    count = [0]

    def step():
        client = connect()
        for _ in range(5):
            with client.lock("clients-etcd3-count", ttl=10) as held:
                before = count[0]
                same(held.is_acquired(), True)
                count[0] = before + 1
    threads = [threading.Thread(target=step) for _ in range(3)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    same(count[0], 15)


def watch():
    events, cancel = c.watch_prefix(ROOT + "w", prev_kv=True)
    first = c.put(ROOT + "w", "a").header.revision
    for i in range(200):
        c.put(ROOT + "w", str(i))
    c.delete(ROOT + "w")
    seen = [next(events) for _ in range(202)]
    same([e.value for e in seen[:201]], [b"a"] + [b"%d" % i for i in range(200)])
    same([e.mod_revision for e in seen], list(range(first, first + 202)))
    same((type(seen[201]), seen[201].prev_value), (etcd3.events.DeleteEvent, b"199"))
    cancel()
    events, cancel = c.watch(ROOT + "w", start_revision=first)
    same(next(events).mod_revision, first)
    cancel()
    c.compact(first + 100)
    events, cancel = c.watch(ROOT + "w", start_revision=first)
    fails(lambda: next(events), "RevisionCompactedError")


def cluster():
    members = list(c.members)
    assert c.status().leader.id in [m.id for m in members]
    same(list(c.list_alarms()), [])
    c.hash()
    c.defragment()
    file = io.BytesIO()
    c.snapshot(file)
    same(len(file.getvalue()) % 512, 32)


def auth():
    """The client can be somebody, but has no calls for users: they go through the stub it is built on."""
    from etcd3.etcdrpc import rpc_pb2 as rpc, rpc_pb2_grpc
    stub = lambda client: rpc_pb2_grpc.AuthStub(client.channel)
    a = stub(c)
    a.UserAdd(rpc.AuthUserAddRequest(name="root", password="secret"))
    a.RoleAdd(rpc.AuthRoleAddRequest(name="root"))
    a.UserGrantRole(rpc.AuthUserGrantRoleRequest(user="root", role="root"))
    a.AuthEnable(rpc.AuthEnableRequest())
    admin = connect(user="root", password="secret")
    admin.call_credentials = None  # gRPC refuses them without TLS; the token is in the metadata too
    try:
        fails(lambda: c.put(ROOT + "a", "1"), "user name is empty")
        fails(lambda: connect(user="root", password="wrong"), "authentication failed")
        admin.put(ROOT + "a", "1")
        same(admin.get(ROOT + "a")[0], b"1")
    finally:
        stub(admin).AuthDisable(rpc.AuthDisableRequest(), metadata=admin.metadata)
        a.UserDelete(rpc.AuthUserDeleteRequest(name="root"))
        a.RoleDelete(rpc.AuthRoleDeleteRequest(role="root"))


for check in (kv, txn, lease, lock, watch, cluster, auth):
    c.delete_prefix(ROOT)
    check()
    c.delete_prefix(ROOT)
    print("ok", check.__name__)
