package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tests/e2e/suite"
	"github.com/slipway-os/slipway/tests/lab"
)

// balancerAt is where the load balancer of the second cluster listens: the bridge is a machine of the hosts' network.
const balancerAt = "10.77.0.1:8443"

// balancer forwards every connection to the API server of one host, as a load balancer outside of the cluster would.
type balancer struct {
	g  *group
	to string

	mu       sync.Mutex
	listener net.Listener
	open     map[net.Conn]bool
}

func (b *balancer) start(t *testing.T) {
	t.Helper()
	l, err := b.g.Listen(t.Context(), "tcp", balancerAt)
	if err != nil {
		t.Fatal(err)
	}
	b.mu.Lock()
	b.listener, b.open = l, map[net.Conn]bool{}
	b.mu.Unlock()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go b.forward(c)
		}
	}()
}

// stop is a load balancer that lost its power.
func (b *balancer) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	_ = b.listener.Close()
	for c := range b.open {
		_ = c.Close()
	}
	b.open = nil
}

func (b *balancer) forward(client net.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	server, err := b.g.DialContext(ctx, "tcp", b.to)
	if err != nil {
		_ = client.Close()
		return
	}
	if !b.keep(client, server) {
		return
	}
	copyTo := func(to, from net.Conn) {
		_, _ = io.Copy(to, from)
		_ = errors.Join(to.Close(), from.Close())
	}
	go copyTo(server, client)
	copyTo(client, server)
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.open, client)
	delete(b.open, server)
}

// keep notes connections for stop; false after it.
func (b *balancer) keep(conns ...net.Conn) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range conns {
		if b.open == nil {
			_ = c.Close()
			continue
		}
		b.open[c] = true
	}
	return b.open != nil
}

// balancerFound: the preflight sees where the load balancer leads, before there is any API server.
func (g *group) balancerFound(t *testing.T, spec, host string) {
	t.Helper()
	plan := suite.Decode[api.Plan](t, suite.On(t, g.Host(1), spec, "cluster", "plan", "-f", "-", "-o", "json").OK(t))
	if plan.Endpoint != balancerAt || plan.Vip != "" {
		t.Errorf("planned at %q with VIP %q", plan.Endpoint, plan.Vip)
	}
	found := 0
	for _, k := range plan.Checks {
		if k.Id != "control-plane-endpoint" {
			continue
		}
		found++
		if k.Status != api.Ok || !strings.Contains(k.Message, balancerAt+" leads to "+host) {
			t.Errorf("%+v", k)
		}
	}
	if found != 2 {
		t.Errorf("%d hosts looked for the load balancer", found)
	}
}

// behindBalancer: the cluster has no kube-vip, is reached through the load balancer, and says so when that is gone. (Feature 104.)
func (g *group) behindBalancer(t *testing.T, b *balancer, first *lab.Host) {
	t.Helper()
	if k := show(t, g.Host(1)); k.Endpoint != balancerAt || k.Vip != "" || k.VipHolder != "" {
		t.Errorf("shown at %q with VIP %q of %q", k.Endpoint, k.Vip, k.VipHolder)
	}
	config := suite.On(t, first, "", "cluster", "kubeconfig").OK(t).Stdout
	if !strings.Contains(config, "server: https://"+balancerAt) {
		t.Errorf("the kubeconfig does not lead to the load balancer:\n%s", config)
	}
	if files := suite.Exec(t, first, "ls /etc/kubernetes /etc/kubernetes/manifests"); strings.Contains(files, "kube-vip") {
		t.Errorf("kube-vip is there:\n%s", files)
	}
	if nodes := suite.Exec(t, first, "slipway cluster kubeconfig | /usr/local/bin/kubectl --kubeconfig /dev/stdin get nodes -o name"); strings.Count(nodes, "node/") != 2 {
		t.Errorf("through the load balancer one sees %s", nodes)
	}
	b.stop()
	suite.Until(t, time.Minute, func() (bool, error) {
		k := show(t, g.Host(1))
		return k.State == api.Degraded && strings.Contains(k.Reason, "load balancer"), fmt.Errorf("without its load balancer the cluster is %s: %s", k.State, k.Reason)
	})
	b.start(t)
	g.waitRunning(t, 2*time.Minute)
}
