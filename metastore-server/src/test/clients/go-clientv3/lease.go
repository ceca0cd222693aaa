package main

import (
	"context"
	"errors"
	"sync"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/concurrency"
)

func lease(ctx context.Context, c *clientv3.Client) {
	granted, err := c.Grant(ctx, 60)
	must(err)
	_, err = c.Put(ctx, root+"leased", "", clientv3.WithLease(granted.ID))
	must(err)
	left, err := c.TimeToLive(ctx, granted.ID, clientv3.WithAttachedKeys())
	must(err)
	same("attached", string(left.Keys[0]), root+"leased")
	once, err := c.KeepAliveOnce(ctx, granted.ID)
	must(err)
	same("kept alive", once.TTL, int64(60))
	_, err = c.Revoke(ctx, granted.ID)
	must(err)
	get, err := c.Get(ctx, root+"leased")
	must(err)
	same("gone with its lease", get.Count, int64(0))
	_, err = c.KeepAliveOnce(ctx, granted.ID)
	same("no such lease", errors.Is(err, rpctypes.ErrLeaseNotFound), true)

	short, err := c.Grant(ctx, 1)
	must(err)
	deleted := c.Watch(ctx, root+"short", clientv3.WithFilterPut())
	_, err = c.Put(ctx, root+"short", "", clientv3.WithLease(short.ID))
	must(err)
	same("ends by itself", (<-deleted).Events[0].Type, clientv3.EventTypeDelete)
}

func session(c *clientv3.Client) *concurrency.Session {
	s, err := concurrency.NewSession(c, concurrency.WithTTL(10))
	must(err)
	return s
}

// mutex counts to 40 in four sessions, each step a read and a write that only the lock makes one.
func mutex(ctx context.Context, c *clientv3.Client) {
	var all sync.WaitGroup
	count := 0
	for i := 0; i < 4; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			s := session(c)
			defer s.Close()
			m := concurrency.NewMutex(s, root+"mutex")
			for j := 0; j < 10; j++ {
				must(m.Lock(ctx))
				owned, err := c.Txn(ctx).If(m.IsOwner()).Commit()
				must(err)
				same("owner", owned.Succeeded, true)
				count++
				must(m.Unlock(ctx))
			}
		}()
	}
	all.Wait()
	same("counted", count, 40)

	holder, other := session(c), session(c)
	defer other.Close()
	must(concurrency.NewMutex(holder, root+"mutex").Lock(ctx))
	m := concurrency.NewMutex(other, root+"mutex")
	same("locked", m.TryLock(ctx), concurrency.ErrLocked)
	must(holder.Close())
	must(m.Lock(ctx))
}

func election(ctx context.Context, c *clientv3.Client) {
	first, second := session(c), session(c)
	defer second.Close()
	e1 := concurrency.NewElection(first, root+"election")
	e2 := concurrency.NewElection(second, root+"election")
	watching, cancel := context.WithCancel(ctx)
	defer cancel()
	must(e1.Campaign(ctx, "one"))
	observed := e2.Observe(watching)
	same("observed", string((<-observed).Kvs[0].Value), "one")
	elected := make(chan error, 1)
	go func() { elected <- e2.Campaign(ctx, "two") }()
	must(e1.Proclaim(ctx, "one again"))
	same("proclaimed", string((<-observed).Kvs[0].Value), "one again")
	must(first.Close())
	must(<-elected)
	same("next", string((<-observed).Kvs[0].Value), "two")
	leader, err := concurrency.NewElection(second, root+"election").Leader(ctx)
	must(err)
	same("leader", string(leader.Kvs[0].Value), "two")
	must(e2.Resign(ctx))
	_, err = e2.Leader(ctx)
	same("nobody", err, concurrency.ErrElectionNoLeader)
}
