"""Uses etcd3gw, which speaks to the JSON gateway, against one server; fails at the first answer that is not etcd's."""

import sys
import threading
import time
from urllib.parse import urlsplit

import etcd3gw
from etcd3gw import exceptions
from etcd3gw.utils import _encode as b64

HOST = urlsplit(sys.argv[1])
ROOT = "clients/etcd3gw/"
c = etcd3gw.client(host=HOST.hostname, port=HOST.port, timeout=20)


def same(got, want):
    assert got == want, "got %r, want %r" % (got, want)


def fails(call, text):
    try:
        call()
    except exceptions.Etcd3Exception as e:
        assert text in str(e) + str(getattr(e, "detail_text", "")), e
    else:
        raise AssertionError("not refused: " + text)


def kv():
    for i in range(10):
        same(c.put(ROOT + "k%d" % i, "v%d" % i), True)
    same(c.get(ROOT + "k3"), [b"v3"])
    same(c.get(ROOT + "absent"), [])
    values = c.get_prefix(ROOT + "k", sort_order="descend", sort_target="key")
    same([v for v, _ in values], [b"v%d" % i for i in range(9, -1, -1)])
    same(values[0][1]["key"], (ROOT + "k9").encode())
    same([v for v, _ in c.get(ROOT + "k0", metadata=True, range_end=ROOT + "k9", limit=2)], [b"v0", b"v1"])
    revision = int(values[-1][1]["mod_revision"])
    c.put(ROOT + "k0", b"\x00\xff")
    same(c.get(ROOT + "k0"), [b"\x00\xff"])
    same(c.get(ROOT + "k0", revision=revision), [b"v0"])
    same(c.replace(ROOT + "k1", "v1", "new"), True)
    same(c.replace(ROOT + "k1", "v1", "newer"), False)
    same(c.create(ROOT + "k1", "x"), False)
    same(c.create(ROOT + "k-new", "x"), True)
    same(c.delete(ROOT + "k-new"), True)
    same(c.delete(ROOT + "k-new"), False)
    fails(lambda: c.get(ROOT + "k0", revision=1 << 60), "required revision is a future revision")
    fails(lambda: c.put("", "x"), "key is not provided")


def txn():
    key = b64(ROOT + "t")
    answer = c.transaction({
        "compare": [{"key": key, "result": "EQUAL", "target": "VERSION", "version": 0}],
        "success": [{"request_put": {"key": key, "value": b64("1")}},
                    {"request_txn": {"success": [{"request_range": {"key": key}}]}}],
        "failure": []})
    same(answer["succeeded"], True)
    inner = answer["responses"][1]["response_txn"]["responses"][0]["response_range"]
    same(inner["kvs"][0]["value"], b64("1"))
    same("succeeded" in c.transaction({"compare": [{"key": key, "result": "GREATER", "target": "MOD", "mod_revision": 1 << 50}]}), False)


def lease():
    lease = c.lease(60)
    c.put(ROOT + "leased", "x", lease=lease)
    same(lease.keys(), [(ROOT + "leased").encode()])
    same(lease.refresh(), 60)
    assert 50 < lease.ttl() <= 60
    same(lease.revoke(), True)
    same(c.get(ROOT + "leased"), [])
    same(lease.ttl(), -1)
    same(lease.refresh(), -1)
    short = c.lease(1)
    c.put(ROOT + "short", "x", lease=short)
    wait(lambda: c.get(ROOT + "short") == [])


def lock():
    first = c.lock("clients-etcd3gw", ttl=10)
    second = c.lock("clients-etcd3gw", ttl=10)
    same(first.acquire(), True)
    same(first.is_acquired(), True)
    same(second.acquire(), False)
    same(first.refresh(), 10)
    same(first.release(), True)
    same(first.release(), False)
    with second:
        same(second.is_acquired(), True)
    same(second.is_acquired(), False)


def watch():
    events, cancel = c.watch_prefix(ROOT + "w", prev_kv=True)
    revision = put("w1", "a")
    for i in range(200):
        c.put(ROOT + "w2", str(i))
    c.delete(ROOT + "w1")
    seen = [next(events) for _ in range(202)]
    same(seen[0]["kv"]["value"], b"a")
    same([e["kv"]["value"] for e in seen[1:201]], [b"%d" % i for i in range(200)])
    same((seen[201]["type"], seen[201]["prev_kv"]["value"]), ("DELETE", b64("a")))
    cancel()
    events, cancel = c.watch(ROOT + "w1", start_revision=revision, filters=["NOPUT"])
    same(next(events)["type"], "DELETE")
    cancel()
    threading.Timer(0.5, lambda: c.put(ROOT + "once", "x")).start()
    same(c.watch_once(ROOT + "once", timeout=20)["kv"]["value"], b"x")


def put(key, value):
    c.put(ROOT + key, value)
    return int(c.get(ROOT + key, metadata=True)[0][1]["mod_revision"])


def cluster():
    status = c.status()
    assert status["header"]["member_id"] in [m["ID"] for m in c.members()]


def auth():
    """The client has no calls for users: they go through its own way of posting."""
    call = lambda path, session=None, **body: (session or c).post(c.get_url(path), json=body)
    call("/auth/user/add", name="root", password="secret")
    call("/auth/role/add", name="root")
    call("/auth/user/grant", user="root", role="root")
    call("/auth/enable")
    admin = etcd3gw.client(host=HOST.hostname, port=HOST.port)
    admin.session.headers["Authorization"] = call("/auth/authenticate", name="root", password="secret")["token"]
    try:
        fails(lambda: c.put(ROOT + "a", "1"), "user name is empty")
        fails(lambda: call("/auth/authenticate", name="root", password="wrong"), "authentication failed")
        same(admin.put(ROOT + "a", "1"), True)
        same(admin.get(ROOT + "a"), [b"1"])
    finally:
        call("/auth/disable", session=admin)
        call("/auth/user/delete", name="root")
        call("/auth/role/delete", role="root")


def wait(condition):
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "not within 30 s"
        time.sleep(0.1)


for check in (kv, txn, lease, lock, watch, cluster, auth):
    c.delete_prefix(ROOT)
    check()
    c.delete_prefix(ROOT)
    print("ok", check.__name__)
