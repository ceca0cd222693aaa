package main

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"sync"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/concurrency"
	"go.etcd.io/etcd/client/v3/leasing"
	"go.etcd.io/etcd/client/v3/mirror"
	"go.etcd.io/etcd/client/v3/namespace"
	"go.etcd.io/etcd/client/v3/naming/endpoints"
	"go.etcd.io/etcd/client/v3/naming/resolver"
	"go.etcd.io/etcd/client/v3/ordering"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
)

// stm moves money between five accounts at every level of isolation that promises to keep its sum.
func stm(ctx context.Context, c *clientv3.Client) {
	account := func(i int) string { return root + "account" + strconv.Itoa(i%5) }
	for i := 0; i < 5; i++ {
		_, err := c.Put(ctx, account(i), "100")
		must(err)
	}
	var all sync.WaitGroup
	for i := 0; i < 40; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			level := []concurrency.Isolation{concurrency.SerializableSnapshot, concurrency.Serializable, concurrency.RepeatableReads}[i%3]
			_, err := concurrency.NewSTM(c, func(s concurrency.STM) error {
				from, _ := strconv.Atoi(s.Get(account(i)))
				to, _ := strconv.Atoi(s.Get(account(i*3 + 1)))
				if account(i) != account(i*3+1) {
					s.Put(account(i), strconv.Itoa(from-i))
					s.Put(account(i*3+1), strconv.Itoa(to+i))
				}
				return nil
			}, concurrency.WithIsolation(level), concurrency.WithPrefetch(account(i)), concurrency.WithAbortContext(ctx))
			must(err)
		}()
	}
	all.Wait()
	get, err := c.Get(ctx, root, clientv3.WithPrefix())
	must(err)
	sum := 0
	for _, kv := range get.Kvs {
		n, _ := strconv.Atoi(string(kv.Value))
		sum += n
	}
	same("sum", sum, 500)
}

func namespaced(ctx context.Context, c *clientv3.Client) {
	inner := *c
	inner.KV = namespace.NewKV(c.KV, root)
	inner.Watcher = namespace.NewWatcher(c.Watcher, root)
	inner.Lease = namespace.NewLease(c.Lease, root)
	events := inner.Watch(ctx, "", clientv3.WithPrefix())
	granted, err := inner.Grant(ctx, 60)
	must(err)
	_, err = inner.Txn(ctx).If(clientv3.Compare(clientv3.Version("a"), "=", 0)).
		Then(clientv3.OpPut("a", "1", clientv3.WithLease(granted.ID))).Commit()
	must(err)
	same("event", string((<-events).Events[0].Kv.Key), "a")
	left, err := inner.TimeToLive(ctx, granted.ID, clientv3.WithAttachedKeys())
	must(err)
	same("attached", string(left.Keys[0]), "a")
	whole, err := c.Get(ctx, root+"a")
	must(err)
	same("outside", string(whole.Kvs[0].Value), "1")
}

func ordered(ctx context.Context, c *clientv3.Client) {
	kv := ordering.NewKV(c.KV, ordering.NewOrderViolationSwitchEndpointClosure(c))
	for i := 0; i < 100; i++ {
		_, err := c.Put(ctx, root+"o", fmt.Sprint(i))
		must(err)
		get, err := kv.Get(ctx, root+"o", clientv3.WithSerializable())
		must(err)
		same("read after write", string(get.Kvs[0].Value), fmt.Sprint(i))
	}
}

// leased reads through two caches that own keys in turns.
func leased(ctx context.Context, c *clientv3.Client) {
	one, closeOne, err := leasing.NewKV(c, root+"leases/")
	must(err)
	defer closeOne()
	two, closeTwo, err := leasing.NewKV(c, root+"leases/")
	must(err)
	defer closeTwo()
	for i := 0; i < 20; i++ {
		owner, other := one, two
		if i%2 == 1 {
			owner, other = two, one
		}
		_, err = owner.Put(ctx, root+"data/k", fmt.Sprint(i))
		must(err)
		for _, reader := range []clientv3.KV{owner, other, owner} {
			get, err := reader.Get(ctx, root+"data/k")
			must(err)
			same("through a cache", string(get.Kvs[0].Value), fmt.Sprint(i))
		}
	}
	txn, err := two.Txn(ctx).If(clientv3.Compare(clientv3.Value(root+"data/k"), "=", "19")).
		Then(clientv3.OpDelete(root + "data/k")).Commit()
	must(err)
	same("transaction", txn.Succeeded, true)
	get, err := one.Get(ctx, root+"data/k")
	must(err)
	same("deleted", get.Count, int64(0))
}

// mirrored copies more keys than a page of the syncer has, then follows.
func mirrored(ctx context.Context, c *clientv3.Client) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for i := 0; i < 2500; i += 100 {
		var ops []clientv3.Op
		for j := i; j < i+100; j++ {
			ops = append(ops, clientv3.OpPut(fmt.Sprintf("%s%04d", root, j), "x"))
		}
		_, err := c.Txn(ctx).Then(ops...).Commit()
		must(err)
	}
	syncer := mirror.NewSyncer(c, root, 0)
	pages, failed := syncer.SyncBase(ctx)
	keys := map[string]bool{}
	for page := range pages {
		for _, kv := range page.Kvs {
			keys[string(kv.Key)] = true
		}
	}
	must(<-failed)
	same("copied", len(keys), 2500)
	updates := syncer.SyncUpdates(ctx)
	_, err := c.Delete(ctx, root, clientv3.WithPrefix())
	must(err)
	for len(keys) > 0 {
		response := <-updates
		must(response.Err())
		for _, e := range response.Events {
			same("deletion", e.Type, clientv3.EventTypeDelete)
			delete(keys, string(e.Kv.Key))
		}
	}
}

func endpointsOfService(ctx context.Context, c *clientv3.Client) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	manager, err := endpoints.NewManager(c, root+"service")
	must(err)
	must(manager.AddEndpoint(ctx, root+"service/a", endpoints.Endpoint{Addr: "a:1", Metadata: "m"}))
	updates, err := manager.NewWatchChannel(ctx)
	must(err)
	same("first", (<-updates)[0].Endpoint.Addr, "a:1")
	must(manager.Update(ctx, []*endpoints.UpdateWithOpts{
		endpoints.NewAddUpdateOpts(root+"service/b", endpoints.Endpoint{Addr: "b:1"}),
		endpoints.NewDeleteUpdateOpts(root + "service/a"),
	}))
	both := <-updates
	same("updates of a transaction", len(both), 2)
	all, err := manager.List(ctx)
	must(err)
	same("left", all[root+"service/b"].Addr, "b:1")
	same("only", len(all), 1)
}

// resolved reaches a gRPC server of its own by the name under which etcd knows it.
func resolved(ctx context.Context, c *clientv3.Client) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	server := grpc.NewServer()
	grpc_health_v1.RegisterHealthServer(server, health.NewServer())
	go server.Serve(listener)
	defer server.Stop()
	manager, err := endpoints.NewManager(c, root+"named")
	must(err)
	must(manager.AddEndpoint(ctx, root+"named/1", endpoints.Endpoint{Addr: listener.Addr().String()}))
	builder, err := resolver.NewBuilder(c)
	must(err)
	conn, err := grpc.NewClient("etcd:///"+root+"named", grpc.WithResolvers(builder),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(err)
	defer conn.Close()
	answer, err := grpc_health_v1.NewHealthClient(conn).Check(ctx, &grpc_health_v1.HealthCheckRequest{}, grpc.WaitForReady(true))
	must(err)
	same("found", answer.Status, grpc_health_v1.HealthCheckResponse_SERVING)
}
