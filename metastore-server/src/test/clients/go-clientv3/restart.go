package main

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/concurrency"
)

// restarted writes on while the command kills the server and starts it again: what was acknowledged is there and was
// seen once and in order by a watch from before, and who held a lock still has it. The lease is long enough for a client
// that waits longer and longer before it connects again.
func restarted(ctx context.Context, c *clientv3.Client) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	granted, err := c.Grant(ctx, 60)
	must(err)
	alive, err := c.KeepAlive(ctx, granted.ID)
	must(err)
	<-alive // who has not heard once gives up after a few seconds
	s, err := concurrency.NewSession(c, concurrency.WithLease(granted.ID))
	must(err)
	defer s.Close()
	m := concurrency.NewMutex(s, root+"mutex")
	must(m.Lock(ctx))
	events := c.Watch(ctx, root+"n", clientv3.WithCreatedNotify())
	<-events

	command := exec.Command("sh", "-c", os.Args[2])
	over := make(chan error, 1)
	go func() { over <- command.Run() }()
	var acknowledged []int
	refused := 0
	for i, after := 0, 0; after < 200; i++ {
		short, done := context.WithTimeout(ctx, 2*time.Second)
		_, err = c.Put(short, root+"n", strconv.Itoa(i))
		done()
		must(ctx.Err())
		switch {
		case err != nil:
			refused++
			time.Sleep(50 * time.Millisecond)
		case refused > 0:
			after++
			fallthrough
		default:
			acknowledged = append(acknowledged, i)
		}
	}
	must(<-over)

	seen := -1
	for next := 0; next < len(acknowledged); {
		response := <-events
		must(response.Err())
		must(ctx.Err())
		for _, e := range response.Events {
			i, err := strconv.Atoi(string(e.Kv.Value))
			must(err)
			same("in order, and once", i > seen, true)
			seen = i
			if i >= acknowledged[next] {
				same("acknowledged and seen", i, acknowledged[next])
				if next++; next == len(acknowledged) {
					break
				}
			}
		}
	}
	owned, err := c.Txn(ctx).If(m.IsOwner()).Commit()
	must(err)
	same("owner still", owned.Succeeded, true)
	select {
	case <-s.Done():
		panic("the session ended")
	default:
	}
}
