"""Uses aetcd against one server; fails at the first answer that is not etcd's."""

import asyncio
import io
import sys
from urllib.parse import urlsplit

import aetcd

HOST = urlsplit(sys.argv[1])
ROOT = b"clients/aetcd/"


def connect(**options):
    return aetcd.Client(host=HOST.hostname, port=HOST.port, timeout=20, **options)


def same(got, want):
    assert got == want, "got %r, want %r" % (got, want)


async def fails(call, text):
    try:
        await call
    except Exception as e:
        assert text in str(e) + repr(e), repr(e)
    else:
        raise AssertionError("not refused: " + text)


async def kv(c):
    for i in range(10):
        await c.put(ROOT + b"k%d" % i, b"v%d" % i)
    got = await c.get(ROOT + b"k3")
    same((got.key, got.value, got.version), (ROOT + b"k3", b"v3", 1))
    same(await c.get(ROOT + b"absent"), None)
    page = await c.get_prefix(ROOT, sort_order="descend")
    same(([kv.value for kv in page], page.count, page.more), ([b"v%d" % i for i in range(9, -1, -1)], 10, False))
    same([kv.value for kv in await c.get_range(ROOT + b"k1", ROOT + b"k3")], [b"v1", b"v2"])
    same((await c.put(ROOT + b"k0", b"new", prev_kv=True)).prev_kv.value, b"v0")
    same(await c.replace(ROOT + b"k1", b"v1", b"new"), True)
    same(await c.replace(ROOT + b"k1", b"v1", b"newer"), False)
    same((await c.delete(ROOT + b"k1", prev_kv=True)).prev_kv.value, b"new")
    same((await c.delete_prefix(ROOT)).deleted, 9)


async def txn(c):
    t = c.transactions
    ok, answers = await c.transaction(
        compare=[t.version(ROOT + b"t") == 0], success=[t.put(ROOT + b"t", b"a"), t.get(ROOT + b"t")], failure=[])
    same((ok, answers[1][0][0]), (True, b"a"))
    ok, answers = await c.transaction(
        compare=[t.value(ROOT + b"t") == b"b"], success=[], failure=[t.delete(ROOT + b"t")])
    same((ok, answers[0].response_delete_range.deleted), (False, 1))


async def lease(c):
    lease = await c.lease(60)
    await c.put(ROOT + b"leased", b"x", lease=lease)
    same(await lease.granted_ttl(), 60)
    same(list(await lease.keys()), [ROOT + b"leased"])
    same((await lease.refresh()).TTL, 60)
    await lease.revoke()
    same(await c.get(ROOT + b"leased"), None)
    deleted = await c.watch(ROOT + b"short", kind=aetcd.EventKind.DELETE)
    await c.put(ROOT + b"short", b"x", lease=await c.lease(1))
    async for event in deleted:
        same(event.kind, "DELETE")
        break
    await deleted.cancel()


async def lock(c):
    first, second = c.lock(ROOT + b"lock", ttl=10), c.lock(ROOT + b"lock", ttl=10)
    same(await first.acquire(), True)
    same(await first.is_acquired(), True)
    same(await second.acquire(timeout=0), False)
    taken = asyncio.create_task(second.acquire(timeout=20))
    await asyncio.sleep(0.5)
    same(taken.done(), False)
    await first.release()
    same(await taken, True)
    same(await second.release(), True)


async def watch(c):
    watch = await c.watch_prefix(ROOT, prev_kv=True)
    first = (await c.put(ROOT + b"w", b"a")).header.revision
    for i in range(200):
        await c.put(ROOT + b"w", b"%d" % i)
    await c.delete(ROOT + b"w")
    seen = []
    async for event in watch:
        seen.append(event)
        if event.kind == "DELETE":
            break
    await watch.cancel()
    same([e.kv.value for e in seen[:201]], [b"a"] + [b"%d" % i for i in range(200)])
    same([e.kv.mod_revision for e in seen], list(range(first, first + 202)))
    same(seen[201].prev_kv.value, b"199")
    older = await c.watch(ROOT + b"w", start_revision=first + 201)
    async for event in older:
        same(event.kind, "DELETE")
        break
    await older.cancel()


async def cluster(c):
    members = [m.id async for m in c.members()] if hasattr(c.members(), "__aiter__") else list(await c.members())
    assert (await c.status()).leader is not None
    assert members
    await c.hash()
    await c.defragment()
    file = io.BytesIO()
    await c.snapshot(file)
    same(len(file.getvalue()) % 512, 32)


async def auth(c):
    """The client can be somebody, but has no calls for users: they go through the stub it is built on."""
    from aetcd import rpc
    a = rpc.AuthStub(c.channel)
    await a.UserAdd(rpc.AuthUserAddRequest(name="root", password="secret"))
    await a.RoleAdd(rpc.AuthRoleAddRequest(name="root"))
    await a.UserGrantRole(rpc.AuthUserGrantRoleRequest(user="root", role="root"))
    await a.AuthEnable(rpc.AuthEnableRequest())
    admin = connect(username="root", password="secret")
    await admin.connect()
    try:
        await fails(c.put(ROOT + b"a", b"1"), "user name is empty")
        await fails(connect(username="root", password="wrong").connect(), "authentication failed")
        await admin.put(ROOT + b"a", b"1")
        same((await admin.get(ROOT + b"a")).value, b"1")
    finally:
        await rpc.AuthStub(admin.channel).AuthDisable(rpc.AuthDisableRequest(), metadata=admin.metadata)
        await a.UserDelete(rpc.AuthUserDeleteRequest(name="root"))
        await a.RoleDelete(rpc.AuthRoleDeleteRequest(role="root"))
        await admin.close()


async def main():
    async with connect() as c:
        for check in (kv, txn, lease, lock, watch, cluster, auth):
            await c.delete_prefix(ROOT)
            await asyncio.wait_for(check(c), 60)
            await c.delete_prefix(ROOT)
            print("ok", check.__name__)


asyncio.run(main())
