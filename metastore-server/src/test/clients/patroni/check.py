"""Two Patroni nodes on one server: election, replication, failover, and the server killed under them."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import psycopg2

DIR, ENDPOINT = sys.argv[1:3]
RESTART = sys.argv[3] if len(sys.argv) > 3 else None
PORT = int(os.environ.get("PORT", "27100"))
USER = ""
if "ETCD_USERNAME" in os.environ:
    USER = ", username: '%s', password: '%s'" % (os.environ["ETCD_USERNAME"], os.environ["ETCD_PASSWORD"])
SCOPE = "clients%d" % os.getpid()
WAIT = 120

CONFIG = """
scope: {scope}
name: {name}
restapi: {{listen: '127.0.0.1:{rest}', connect_address: '127.0.0.1:{rest}'}}
etcd3: {{host: '{etcd}'{user}}}
bootstrap:
  dcs: {{ttl: 30, loop_wait: 2, retry_timeout: 10, postgresql: {{use_pg_rewind: true}}}}
  initdb: [{{encoding: UTF8}}, {{auth-local: trust}}, {{auth-host: trust}}, data-checksums]
  pg_hba: ['host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust', 'local all all trust']
postgresql:
  listen: '127.0.0.1:{pg}'
  connect_address: '127.0.0.1:{pg}'
  data_dir: '{dir}/{name}/data'
  bin_dir: '{bin}'
  pgpass: '{dir}/{name}/pgpass'
  authentication:
    replication: {{username: replicator, password: replicates}}
    superuser: {{username: postgres, password: rules}}
  parameters: {{unix_socket_directories: '{dir}', shared_buffers: 16MB, fsync: 'off'}}
"""


class Node:
    def __init__(self, name, rest, pg):
        self.name, self.rest, self.pg = name, rest, pg
        os.makedirs("%s/%s" % (DIR, name))
        self.config = "%s/%s.yml" % (DIR, name)
        with open(self.config, "w") as f:
            f.write(CONFIG.format(
                scope=SCOPE, name=name, rest=rest, pg=pg, dir=DIR, etcd=urlsplit(ENDPOINT).netloc,
                bin=os.environ.get("PG_BIN", ""), user=USER))
        self.start()

    def start(self):
        self.log = open("%s/%s.log" % (DIR, self.name), "a")
        self.process = subprocess.Popen(
            [os.path.join(os.path.dirname(sys.executable), "patroni"), self.config],
            stdout=self.log, stderr=self.log, start_new_session=True)

    def kill(self):
        """As the machine would go: Patroni and PostgreSQL at once, without a word."""
        postmaster = postmaster_of(self)
        self.process.kill()
        self.process.wait()
        if postmaster:
            os.kill(postmaster, signal.SIGKILL)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()

    def state(self):
        try:
            with urllib.request.urlopen("http://127.0.0.1:%d/patroni" % self.rest, timeout=5) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as e:
            return json.load(e)
        except OSError:
            return {}

    def sql(self, statement):
        connection = psycopg2.connect(host="127.0.0.1", port=self.pg, user="postgres", dbname="postgres", connect_timeout=5)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else None
        finally:
            connection.close()

    def leads(self):
        state = self.state()
        return state.get("role") == "primary" and state.get("state") == "running"

    def streams(self):
        return self.state().get("role") == "replica" and self.state().get("replication_state") == "streaming"

    def timeline(self):
        return self.sql("SELECT timeline_id FROM pg_control_checkpoint()")[0][0]

    def has(self, rows):
        try:
            return self.sql("SELECT count(*) FROM t")[0][0] == rows
        except psycopg2.Error:
            return False

    def writes(self, value):
        try:
            self.sql("INSERT INTO t VALUES (%d)" % value)
            return True
        except psycopg2.Error:
            return False


def postmaster_of(node):
    try:
        with open("%s/%s/data/postmaster.pid" % (DIR, node.name)) as f:
            return int(f.readline())
    except (OSError, ValueError):
        return None


def wait(what, condition):
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > WAIT:
            raise AssertionError("not within %d s: %s" % (WAIT, what))
        time.sleep(0.3)
    print("ok %s (%.0f s)" % (what, time.monotonic() - began), flush=True)


def leaders(nodes):
    return [n.name for n in nodes if n.leads()]


def main(nodes):
    a = Node("a", PORT, PORT + 1)
    nodes.append(a)
    wait("the first node leads", a.leads)
    b = Node("b", PORT + 2, PORT + 3)
    nodes.append(b)
    wait("the second streams from it", b.streams)
    a.sql("CREATE TABLE t (v int)")
    a.writes(1)
    wait("a row is replicated", lambda: b.has(1))

    subprocess.run([os.path.join(os.path.dirname(sys.executable), "patronictl"), "-c", a.config, "switchover", SCOPE,
                    "--leader", "a", "--candidate", "b", "--force"], check=True, stdout=subprocess.DEVNULL)
    wait("asked to, they change places", lambda: b.leads() and a.streams())
    subprocess.run([os.path.join(os.path.dirname(sys.executable), "patronictl"), "-c", a.config, "edit-config", SCOPE,
                    "--set", "maximum_lag_on_failover=2000000", "--force"], check=True, stdout=subprocess.DEVNULL)
    assert b.writes(2)
    wait("the old leader follows", lambda: a.has(2))

    b.kill()
    wait("killed, the leader is replaced", a.leads)
    assert a.writes(3)
    b.start()
    wait("and comes back as a replica", lambda: b.streams() and b.has(3))
    if not RESTART:
        return

    timeline = a.timeline()
    subprocess.run(RESTART, shell=True, check=True)
    wait("the server is killed: the leader writes on", lambda: a.leads() and a.writes(4))
    for _ in range(20):
        assert leaders(nodes) in (["a"], []), "both lead"
        time.sleep(0.5)
    wait("and nobody took its place", lambda: a.leads() and b.streams() and b.has(4))
    assert a.timeline() == timeline, "the leader was put down meanwhile"

    a.kill()
    subprocess.run(RESTART, shell=True, check=True)
    wait("leader and server are killed: the other leads", lambda: b.leads() and b.writes(5))
    a.start()
    wait("and the old leader follows it", lambda: a.streams() and a.has(5))


nodes = []
try:
    main(nodes)
except BaseException:
    for node in nodes:
        print("---- %s" % node.name, open("%s/%s.log" % (DIR, node.name)).read()[-4000:], sep="\n", file=sys.stderr)
    raise
finally:
    for node in reversed(nodes):
        node.stop()
