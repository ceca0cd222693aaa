package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
)

func kv(ctx context.Context, c *clientv3.Client) {
	for i := 0; i < 20; i++ {
		_, err := c.Put(ctx, fmt.Sprintf("%sk%02d", root, i), fmt.Sprint(i))
		must(err)
	}
	put, err := c.Put(ctx, root+"k00", "again", clientv3.WithPrevKV())
	must(err)
	same("previous value", string(put.PrevKv.Value), "0")
	one, err := c.Get(ctx, root+"k00")
	must(err)
	same("value", string(one.Kvs[0].Value), "again")
	same("version", one.Kvs[0].Version, int64(2))
	same("revision of the key", one.Kvs[0].ModRevision, put.Header.Revision)
	old, err := c.Get(ctx, root+"k00", clientv3.WithRev(put.Header.Revision-1))
	must(err)
	same("older value", string(old.Kvs[0].Value), "0")
	page, err := c.Get(ctx, root, clientv3.WithPrefix(), clientv3.WithLimit(3),
		clientv3.WithSort(clientv3.SortByKey, clientv3.SortDescend))
	must(err)
	same("count", page.Count, int64(20))
	same("more", page.More, true)
	same("last key", string(page.Kvs[0].Key), root+"k19")
	keys, err := c.Get(ctx, root+"k10", clientv3.WithFromKey(), clientv3.WithKeysOnly(), clientv3.WithSerializable(),
		clientv3.WithMaxModRev(put.Header.Revision-1), clientv3.WithLimit(10))
	must(err)
	same("keys from one on", string(keys.Kvs[0].Key), root+"k10")
	same("no values", len(keys.Kvs[0].Value), 0)
	streamed := 0
	parts, err := c.GetStream(ctx, root, clientv3.WithPrefix())
	must(err)
	for part := range parts {
		must(part.Err())
		streamed += len(part.Kvs)
	}
	same("streamed keys", streamed, 20)
	gone, err := c.Delete(ctx, root+"k0", clientv3.WithPrefix(), clientv3.WithPrevKV())
	must(err)
	same("deleted", gone.Deleted, int64(10))
	same("deleted values", string(gone.PrevKvs[9].Value), "9")
	_, err = c.Put(ctx, root+"large", string(bytes.Repeat([]byte{'x'}, 1800<<10)))
	same("a value that is too large", errors.Is(err, rpctypes.ErrRequestTooLarge), true)
	_, err = c.Get(ctx, root, clientv3.WithRev(1<<60))
	same("a revision to come", errors.Is(err, rpctypes.ErrFutureRev), true)
}

func txn(ctx context.Context, c *clientv3.Client) {
	key := root + "txn"
	first, err := c.Txn(ctx).If(clientv3.Compare(clientv3.CreateRevision(key), "=", 0)).
		Then(clientv3.OpPut(key, "a"), clientv3.OpGet(key)).Else(clientv3.OpGet(key)).Commit()
	must(err)
	same("created", first.Succeeded, true)
	same("a read sees the write before it", string(first.Responses[1].GetResponseRange().Kvs[0].Value), "a")
	nested := clientv3.OpTxn([]clientv3.Cmp{clientv3.Compare(clientv3.Value(key), "=", "a")},
		[]clientv3.Op{clientv3.OpDelete(root, clientv3.WithPrefix())}, nil)
	second, err := c.Txn(ctx).If(clientv3.Compare(clientv3.Version(root).WithPrefix(), "<", 1)).
		Then(clientv3.OpPut(key, "b")).Else(nested).Commit()
	must(err)
	same("compared", second.Succeeded, false)
	same("nested", second.Responses[0].GetResponseTxn().Responses[0].GetResponseDeleteRange().Deleted, int64(1))
	_, err = c.Txn(ctx).Then(clientv3.OpPut(key, "a"), clientv3.OpPut(key, "b")).Commit()
	same("one key twice", errors.Is(err, rpctypes.ErrDuplicateKey), true)
}

func watch(ctx context.Context, c *clientv3.Client) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	created, err := c.Put(ctx, root+"w", "0")
	must(err)
	_, err = c.Delete(ctx, root+"w")
	must(err)
	events := c.Watch(clientv3.WithRequireLeader(ctx), root, clientv3.WithPrefix(), clientv3.WithPrevKV(),
		clientv3.WithRev(created.Header.Revision), clientv3.WithCreatedNotify(), clientv3.WithFragment())
	same("told of its creation", (<-events).Created, true)
	puts := c.Watch(ctx, root+"w", clientv3.WithFilterDelete())
	for i := 1; i <= 50; i++ {
		_, err = c.Put(ctx, root+"w", fmt.Sprint(i))
		must(err)
	}
	next := 0
	for next < 52 {
		response := <-events
		must(response.Err())
		for _, e := range response.Events {
			switch {
			case next == 1:
				same("a deletion", e.Type, clientv3.EventTypeDelete)
				same("what was deleted", string(e.PrevKv.Value), "0")
			case next > 1:
				same("in order", string(e.Kv.Value), fmt.Sprint(next-1))
				same("a revision each", e.Kv.ModRevision, created.Header.Revision+int64(next))
			}
			next++
		}
	}
	last := ""
	for last != "50" {
		for _, e := range (<-puts).Events {
			last = string(e.Kv.Value)
		}
	}
	must(c.RequestProgress(clientv3.WithRequireLeader(ctx)))
	progress := <-events
	same("progress", progress.IsProgressNotify(), true)
}

func compaction(ctx context.Context, c *clientv3.Client) {
	before, err := c.Put(ctx, root+"c", "0")
	must(err)
	after, err := c.Put(ctx, root+"c", "1")
	must(err)
	_, err = c.Compact(ctx, after.Header.Revision, clientv3.WithCompactPhysical())
	must(err)
	_, err = c.Get(ctx, root+"c", clientv3.WithRev(before.Header.Revision))
	same("compacted", errors.Is(err, rpctypes.ErrCompacted), true)
	response := <-c.Watch(ctx, root+"c", clientv3.WithRev(before.Header.Revision))
	same("a watch from before", errors.Is(response.Err(), rpctypes.ErrCompacted), true)
	same("says what there is", response.CompactRevision, after.Header.Revision)
}
