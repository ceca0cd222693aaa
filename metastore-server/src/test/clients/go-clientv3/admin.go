package main

import (
	"context"
	"errors"
	"io"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
)

func clusterAndMaintenance(ctx context.Context, c *clientv3.Client) {
	members, err := c.MemberList(ctx)
	must(err)
	status, err := c.Status(ctx, c.Endpoints()[0])
	must(err)
	known := false
	for _, m := range members.Members {
		known = known || m.ID == status.Header.MemberId
	}
	same("one of the members", known, true)
	alarms, err := c.AlarmList(ctx)
	must(err)
	same("alarms", len(alarms.Alarms), 0)
	hash, err := c.HashKV(ctx, c.Endpoints()[0], 0)
	must(err)
	again, err := c.HashKV(ctx, c.Endpoints()[0], hash.HashRevision)
	must(err)
	same("hash", hash.Hash, again.Hash)
	_, err = c.Defragment(ctx, c.Endpoints()[0])
	must(err)
	snapshot, err := c.Snapshot(ctx)
	must(err)
	size, err := io.Copy(io.Discard, snapshot)
	must(err)
	same("pages and a checksum", size%512, int64(32))
	must(snapshot.Close())
	must(c.Sync(ctx))
}

// auth turns authentication on and off again; who reads this run's keys meanwhile has to be someone.
func auth(ctx context.Context, c *clientv3.Client) {
	_, err := c.UserAdd(ctx, "root", "secret")
	must(err)
	_, err = c.RoleAdd(ctx, "root")
	must(err)
	_, err = c.UserGrantRole(ctx, "root", "root")
	must(err)
	_, err = c.UserAdd(ctx, "reader", "reads")
	must(err)
	_, err = c.RoleAdd(ctx, "reading")
	must(err)
	_, err = c.RoleGrantPermission(ctx, "reading", root, clientv3.GetPrefixRangeEnd(root), clientv3.PermissionType(clientv3.PermRead))
	must(err)
	_, err = c.UserGrantRole(ctx, "reader", "reading")
	must(err)
	_, err = c.AuthEnable(ctx)
	must(err)
	endpoint := c.Endpoints()[0]
	admin := connect(endpoint, "root", "secret")
	defer admin.Close()
	defer func() {
		_, err := admin.AuthDisable(ctx)
		must(err)
		for _, user := range []string{"root", "reader"} {
			_, err = c.UserDelete(ctx, user)
			must(err)
		}
		for _, role := range []string{"root", "reading"} {
			_, err = c.RoleDelete(ctx, role)
			must(err)
		}
	}()
	reader := connect(endpoint, "reader", "reads")
	defer reader.Close()
	_, err = admin.Put(ctx, root+"a", "1")
	must(err)
	get, err := reader.Get(ctx, root, clientv3.WithPrefix())
	must(err)
	same("may read", get.Count, int64(1))
	_, err = reader.Put(ctx, root+"a", "2")
	same("may not write", errors.Is(err, rpctypes.ErrPermissionDenied), true)
	_, err = c.Get(ctx, root)
	same("nobody", errors.Is(err, rpctypes.ErrUserEmpty), true)
	_, err = clientv3.New(clientv3.Config{Endpoints: []string{endpoint}, Username: "reader", Password: "wrong"})
	same("wrong password", errors.Is(err, rpctypes.ErrAuthFailed), true)
	status, err := admin.AuthStatus(ctx)
	must(err)
	same("enabled", status.Enabled, true)
}
