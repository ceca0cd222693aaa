'use strict';
// Uses npm's etcd3 against one server; ends with status 1 at the first answer that is not what etcd would give.
const assert = require('node:assert/strict');
const { once } = require('node:events');
const {
  Etcd3, EtcdLeaseInvalidError, EtcdLockFailedError, EtcdPermissionDeniedError, EtcdAuthenticationFailedError,
  EtcdUserExistsError,
} = require('etcd3');
// Levels of isolation; the package has them for TypeScript only.
const [SerializableSnapshot, Serializable] = [0, 1];

const endpoint = process.argv[2];
const root = 'clients/node/';
const etcd = new Etcd3({ hosts: endpoint });
const c = etcd.namespace(root);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const checks = {
  async kv() {
    for (let i = 0; i < 10; i++) await c.put(`k${i}`).value(i);
    assert.equal(await c.get('k3').string(), '3');
    assert.equal(await c.get('k4').number(), 4);
    assert.equal(await c.get('absent'), null);
    assert.equal(await c.getAll().prefix('k').count(), 10);
    assert.deepEqual(await c.getAll().prefix('k').sort('Key', 'Descend').limit(2).keys(), ['k9', 'k8']);
    assert.deepEqual(await c.getAll().inRange(c.range({ start: 'k1', end: 'k3' })).strings(), { k1: '1', k2: '2' });
    const binary = Buffer.from([0, 255, 128, 10]);
    await c.put('binary').value(binary);
    assert.deepEqual(await c.get('binary').buffer(), binary);
    const previous = await c.put('k0').value('new').getPrevious();
    assert.equal(previous.value.toString(), '0');
    assert.equal(await c.get('k0').revision(previous.mod_revision).string(), '0');
    await c.put('k0').touch();
    assert.equal(await c.get('k0').string(), 'new');
    const gone = await c.delete().prefix('k').getPrevious();
    assert.equal(gone.length, 10);
    assert.equal((await c.delete().all()).deleted, '1');
  },

  async txn() {
    const take = () => c.if('t', 'Create', '==', 0).then(c.put('t').value('a')).else(c.get('t')).commit();
    assert.equal((await take()).succeeded, true);
    const second = await take();
    assert.equal(second.succeeded, false);
    assert.equal(second.responses[0].response_range.kvs[0].value.toString(), 'a');
    const third = await c.if('t', 'Value', '==', 'a').and('t', 'Version', '<', 2).then(c.delete().key('t')).commit();
    assert.equal(third.responses[0].response_delete_range.deleted, '1');
  },

  async stm() {
    await c.put('count').value(0);
    const step = (isolation) => c.stm({ retries: 50, isolation }).transact(async (tx) => {
      await tx.put('count').value((await tx.get('count').number()) + 1);
    });
    await Promise.all(Array.from({ length: 12 }, (_, i) =>
      step(i % 2 ? SerializableSnapshot : Serializable)));
    assert.equal(await c.get('count').number(), 12);
  },

  async lease() {
    const lease = c.lease(10);
    await lease.put('leased').value('x');
    const id = await lease.grant();
    assert.equal((await lease.keepaliveOnce()).TTL, '10');
    const left = await c.leaseClient.leaseTimeToLive({ ID: id, keys: true });
    assert.deepEqual(left.keys.map(String), [root + 'leased']);
    await lease.revoke();
    assert.equal(await c.get('leased').exists(), false);
    await assert.rejects(lease.keepaliveOnce(), EtcdLeaseInvalidError);

    const kept = c.lease(1);
    await kept.put('kept').value('x');
    await Promise.all([once(kept, 'keepaliveSucceeded'), sleep(2500)]);
    assert.equal(await c.get('kept').exists(), true);
    const lost = once(kept, 'lost');
    await c.leaseClient.leaseRevoke({ ID: await kept.grant() });
    await lost;

    const left2 = c.lease(1, { autoKeepAlive: false });
    await left2.put('short').value('x');
    const watcher = await c.watch().key('short').only('delete').create();
    await once(watcher, 'delete');
    await watcher.cancel();
  },

  async lock() {
    let count = 0;
    const lock = c.lock('lock').ttl(10);
    await lock.acquire();
    await assert.rejects(c.lock('lock').ttl(10).acquire(), EtcdLockFailedError);
    await lock.release();
    await c.lock('lock').do(async () => { count++; });
    assert.equal(count, 1);
  },

  async election() {
    const election = c.election('election', 10);
    const first = election.campaign('one');
    await first.wait();
    const observer = await election.observe();
    assert.equal(observer.leader(), 'one');
    assert.equal(await election.leader(), 'one');
    const second = election.campaign('two');
    const proclaimed = once(observer, 'change');
    await first.proclaim('one again');
    assert.deepEqual(await proclaimed, ['one again']);
    const changed = new Promise((done) => observer.on('change', (value) => value === 'two' && done()));
    const won = second.wait();
    await first.resign();
    await won;
    await changed;
    await observer.cancel();
    await second.resign();
    assert.equal(await election.leader(), undefined);
  },

  async watch() {
    const watcher = await c.watch().prefix('w').withPreviousKV().create();
    const seen = [];
    const all = new Promise((done) => {
      watcher.on('put', (kv, before) => seen.push(`put ${kv.key} ${kv.value} ${before ? before.value : ''}`));
      watcher.on('delete', (kv, before) => { seen.push(`delete ${kv.key} ${before.value}`); done(); });
    });
    const { header } = await c.put('w1').value('a');
    await c.put('w1').value('b');
    await c.delete().key('w1');
    await all;
    assert.deepEqual(seen, ['put w1 a ', 'put w1 b a', 'delete w1 b']);
    await watcher.cancel();
    const older = await c.watch().key('w1').startRevision(header.revision).only('put').create();
    const [kv] = await once(older, 'put');
    assert.equal(kv.value.toString(), 'a');
    await older.cancel();
  },

  async auth() {
    await etcd.user('root').create('secret');
    await etcd.role('root').create();
    await etcd.user('root').addRole('root');
    await assert.rejects(etcd.user('root').create('secret'), EtcdUserExistsError);
    const role = await etcd.role('reading').create();
    await role.grant({ permission: 'Read', range: etcd.range({ prefix: root }) });
    assert.equal((await role.permissions())[0].permission, 'Read');
    const user = await etcd.user('reader').create('reads');
    await user.addRole(role);
    assert.deepEqual((await etcd.getUsers()).map((u) => u.name).sort(), ['reader', 'root']);
    await etcd.auth.authEnable();
    const as = (username, password) => new Etcd3({ hosts: endpoint, auth: { username, password } });
    const admin = as('root', 'secret');
    const reader = as('reader', 'reads');
    const stranger = as('reader', 'wrong');
    try {
      await admin.put(root + 'a').value('1');
      assert.equal(await reader.get(root + 'a'), '1');
      await assert.rejects(reader.put(root + 'a').value('2'), EtcdPermissionDeniedError);
      await assert.rejects(stranger.get(root + 'a').exec(), EtcdAuthenticationFailedError);
      await assert.rejects(c.get('a').exec(), /user name is empty/);
    } finally {
      await admin.auth.authDisable();
      await etcd.user('reader').delete();
      await etcd.user('root').delete();
      await etcd.role('reading').delete();
      await etcd.role('root').delete();
      for (const client of [admin, reader, stranger]) client.close();
    }
  },

  async maintenance() {
    const status = await etcd.maintenance.status();
    const { members } = await etcd.cluster.memberList({});
    assert.ok(members.some((m) => m.ID === status.header.member_id));
    let bytes = 0;
    const snapshot = await etcd.maintenance.snapshot();
    snapshot.on('data', (part) => { bytes += part.blob.length; });
    await once(snapshot, 'end');
    assert.equal(bytes % 512, 32);
  },
};

async function main() {
  for (const [name, check] of Object.entries(checks)) {
    await c.delete().all();
    const late = setTimeout(() => { console.error(`${name}: not within 30 s`); process.exit(1); }, 30000);
    await check();
    clearTimeout(late);
    await c.delete().all();
    console.log('ok', name);
  }
  etcd.close();
}

main().catch((e) => { console.error(e); process.exit(1); });
