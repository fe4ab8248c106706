package agent

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/cluster"
	"github.com/slipway-os/slipway/agent/proxy"
	"github.com/slipway-os/slipway/agent/state"
	"github.com/slipway-os/slipway/linking"
)

// Feature 58: a cluster's VIP, pods, Services and hosts go to no proxy, and containerd knows before the cluster begins.
func TestClusterIsReachedDirectly(t *testing.T) {
	db, err := state.Open(filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	root := t.TempDir()
	restarts := &restarted{}
	a := &Agent{log: slog.New(slog.DiscardHandler)}
	members := []linking.Member{{Addresses: []string{"10.77.0.11", "fd00::11"}}, {Addresses: []string{"10.77.0.12"}}}
	a.proxy = &proxy.Host{Root: root, Units: restarts, Store: db.Bucket("host"), Own: func() []string { return direct(members, a.expected) }}
	if err := a.proxy.Set(t.Context(), proxy.Settings{HTTP: "http://proxy:3128"}, a.now()); err != nil {
		t.Fatal(err)
	}
	direct := func() string {
		b, err := os.ReadFile(filepath.Join(root, "var/lib/slipway/proxy.env"))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if !strings.Contains(direct(), ",10.77.0.11,fd00::11,10.77.0.12\"") {
		t.Errorf("the group: %s", direct())
	}
	as := cluster.Assignment{Config: cluster.Config{VIP: "10.77.0.100", PodCIDR: "100.64.0.0/18", ServiceCIDR: "100.64.64.0/18"}, Peers: []cluster.Node{{Address: "10.77.0.13"}}}
	for range 3 { // the leader says it again and again
		a.expectCluster(as)
	}
	if want := "10.77.0.12,10.77.0.100,100.64.0.0/18,100.64.64.0/18,10.77.0.13"; !strings.Contains(direct(), want) || restarts.n != 2 {
		t.Errorf("%d restarts, and no %s in %s", restarts.n, want, direct())
	}
	a.expectCluster(cluster.Assignment{})
	if strings.Contains(direct(), "10.77.0.100") || restarts.n != 3 {
		t.Errorf("after the cluster, %d restarts: %s", restarts.n, direct())
	}
}

// Feature 104: neither does what goes to the load balancer of a cluster.
func TestLoadBalancerIsReachedDirectly(t *testing.T) {
	if got := direct(nil, cluster.Assignment{Config: cluster.Config{Endpoint: "lb.example.com:443"}}); len(got) != 1 || got[0] != "lb.example.com" {
		t.Errorf("past the proxy goes %v", got)
	}
}

// restarted counts the restarts of containerd, which runs.
type restarted struct{ n int }

func (r *restarted) ActiveState(_ context.Context, unit string) (string, error) {
	if unit == "containerd.service" {
		return "active", nil
	}
	return "inactive", nil
}

func (r *restarted) Restart(context.Context, string) error { r.n++; return nil }
