package cluster

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tests/e2e/suite"
	"github.com/slipway-os/slipway/tests/lab"
)

// delete brings the hosts back: free, linked, with their content, and with nothing else.
func (g *group) delete(t *testing.T) {
	epoch := suite.OnJSON[api.Link](t, g.Host(1), "link", "list").Epoch
	start := time.Now()
	suite.On(t, g.Host(1), "", "cluster", "delete").OK(t)
	t.Logf("deleted in %s", time.Since(start).Round(time.Second))
	suite.On(t, g.Host(1), "", "cluster", "show").Refused(t, "no cluster here yet")
	if err := g.WaitGroup(t.Context(), time.Minute, func(string) {}); err != nil {
		t.Error(err)
	}
	if now := suite.OnJSON[api.Link](t, g.Host(1), "link", "list").Epoch; now != epoch {
		t.Errorf("the roster changed from epoch %d to %d", epoch, now)
	}
	if list := suite.OnJSON[[]api.ContentItem](t, g.Host(1), "content", "list"); len(list) != 1 || list[0].Sync.Completed != 3 {
		t.Errorf("of the content is left %+v", list)
	}
	for _, h := range g.Hosts() {
		suite.Until(t, 30*time.Second, func() (bool, error) { // a connection that ends is listed a little longer
			left := difference(g.bare[h.Name()], snapshot(t, h))
			return left == "", fmt.Errorf("%s is not as it was:\n%s", h.Name(), left)
		})
	}
}

// snapshot lists what a cluster changes on a host.
func snapshot(t *testing.T, h *lab.Host) string {
	t.Helper()
	return suite.Exec(t, h, `
		ip -brief link | sed 's/@[^ ]*//' | awk '{print "link " $1}'
		ip -brief -4 address | sed 's/@[^ ]*//' | awk '{$2=""; print "address " $0}'
		ip -4 route | sed 's/^/route /;s/ *$//'
		ip rule | sed 's/^/rule /'
		{ iptables-nft-save; ip6tables-nft-save; } | grep -v '^[#:*]\|^COMMIT' | sed 's/^/filter /' || true
		ipset list -name | sed 's/^/set /'
		ss --no-header --listening --tcp --numeric | awk '{print "listens " $4}' | grep -v ' 127.0.0.1:[345]....$'
		awk '{print "mount " $2}' /proc/self/mounts
		ls /run/netns 2>/dev/null | sed 's/^/netns /'
		systemctl list-units --type=service --state=running --no-legend --plain | grep -v '^systemd-' | awk '{print "unit " $1}'
		ps -e -o comm= | grep -E 'kube|etcd|calico|shim|felix|coredns|bird' | sed 's/^/process /' || true
		ctr -n k8s.io containers list -q | sed 's/^/container /'
		ctr -n k8s.io images list -q | sed 's/^/image /'
		cd /
		find etc opt root run usr/local usr/libexec/kubernetes var ! -type d | grep -Ev "$1" | sed 's/^/file /'
		cat etc/hosts | sed 's/^/hosts /'`, ordinary)
}

// ordinary are files that come and go on any host: records of the agent, systemd, containerd, the journal, and kubectl's cache,
// which is of the test.
const ordinary = `^(run/(systemd|udev|log|credentials|dbus|user|lock|mount|host|netns|agetty)|run/slipway/|run/xtables.lock|var/log/(journal|slipway)|` +
	`var/lib/(systemd|containerd|dbus|private)/|var/lib/slipway/(state|audit|pool|identity)|var/(tmp|cache)/|root/\.(cache|kube))`

// difference lists lines that came with + and lines that went with -.
func difference(before, after string) string {
	count := map[string]int{}
	for line := range strings.Lines(after) {
		count[line]++
	}
	for line := range strings.Lines(before) {
		count[line]--
	}
	var out strings.Builder
	for line, n := range count {
		switch {
		case n > 0:
			out.WriteString("+ " + line)
		case n < 0:
			out.WriteString("- " + line)
		}
	}
	return out.String()
}
