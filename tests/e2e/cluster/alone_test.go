package cluster

import (
	"strings"
	"sync"
	"testing"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tests/e2e/suite"
	"github.com/slipway-os/slipway/tests/lab"
)

// alone takes gateway and DNS servers from the hosts, as on a network that leads nowhere. The next cluster is made so.
func (g *group) alone(t *testing.T) {
	var wait sync.WaitGroup
	for _, h := range g.Hosts() {
		wait.Go(func() {
			try := suite.OnJSON[api.Try](t, h, "network", "set", "eth0", "--address", h.Address().String()+"/24")
			suite.On(t, h, "", "network", "confirm", try.Id).OK(t)
		})
	}
	if wait.Wait(); t.Failed() {
		return
	}
	for _, h := range g.Hosts() {
		if out := suite.Exec(t, h, "ip -4 route show default; grep ^nameserver /run/systemd/resolve/resolv.conf || true"); out != "" {
			t.Fatalf("%s still has %s", h.Name(), out)
		}
		g.bare[h.Name()] = snapshot(t, h)
	}
}

// stillAlone: the cluster that runs has brought no gateway and no DNS server along. That cluster DNS, Services, pods and volumes
// work all the same is in its applications' status; here every host reaches a Service too.
func (g *group) stillAlone(t *testing.T, members ...*lab.Host) {
	t.Helper()
	for _, h := range members {
		if out := suite.Exec(t, h, "ip -4 route show default; grep ^nameserver /var/lib/slipway/kubernetes/resolv.conf || true"); out != "" {
			t.Errorf("%s has %s", h.Name(), out)
		}
		suite.Exec(t, h, `timeout 5 bash -c '</dev/tcp/100.64.64.1/443'`)
	}
	corefile := suite.Exec(t, members[0], kubectlHere+"get configmap coredns -o jsonpath='{.data.Corefile}'")
	if strings.Contains(corefile, "forward") || strings.Contains(corefile, "loop") || !strings.Contains(corefile, "kubernetes cluster.local") {
		t.Errorf("CoreDNS asks servers that are not there:\n%s", corefile)
	}
}
