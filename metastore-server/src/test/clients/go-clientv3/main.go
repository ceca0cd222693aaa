// Command check uses etcd's Go client and the packages built on it against one server,
// and ends with status 1 at the first answer that is not what etcd would give.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// root is where all keys of a run are; it is empty before and after.
const root = "clients/go/"

type check struct {
	name string
	run  func(ctx context.Context, c *clientv3.Client)
}

func main() {
	c := connect(os.Args[1], "", "")
	defer c.Close()
	checks := []check{
		{"kv", kv}, {"txn", txn}, {"watch", watch}, {"compaction", compaction}, {"lease", lease},
		{"mutex", mutex}, {"election", election}, {"stm", stm},
		{"namespace", namespaced}, {"ordering", ordered}, {"leasing", leased}, {"mirror", mirrored},
		{"endpoints", endpointsOfService}, {"resolver", resolved},
		{"cluster and maintenance", clusterAndMaintenance}, {"auth", auth},
	}
	if len(os.Args) > 2 {
		checks = append(checks, check{"restart", restarted})
	}
	for _, check := range checks {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		_, err := c.Delete(ctx, root, clientv3.WithPrefix())
		must(err)
		check.run(ctx, c)
		_, err = c.Delete(ctx, root, clientv3.WithPrefix())
		must(err)
		cancel()
		fmt.Println("ok", check.name)
	}
}

func connect(endpoint, user, password string) *clientv3.Client {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c, err := clientv3.New(clientv3.Config{
		Endpoints: []string{endpoint}, DialTimeout: 5 * time.Second, Username: user, Password: password})
	must(err)
	if user == "" {
		_, err = c.Get(ctx, root)
		must(err)
	}
	return c
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// same ends the run unless got is want.
func same[T comparable](what string, got, want T) {
	if got != want {
		panic(fmt.Sprintf("%s: got %v, want %v", what, got, want))
	}
}
