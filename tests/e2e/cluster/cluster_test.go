// Package cluster tests the main job with three real hosts and the default bundle: through killed agents to a cluster that
// runs, through a power cut, and back to bare hosts on which nothing of it is left.
//
//	plan refused ──> create through kills ──> runs ──> VIP moves ──> delete ──> create again, smaller, without gateway
//	and DNS, behind a load balancer, with a late worker ──> delete
package cluster

import (
	"fmt"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/linking"
	"github.com/slipway-os/slipway/tests/e2e/drive"
	"github.com/slipway-os/slipway/tests/e2e/suite"
	"github.com/slipway-os/slipway/tests/lab"
)

// patience is how long a cluster may take to be made on a busy machine of two cores, with kills on the way.
const patience = 6 * time.Minute

// group is the lab and what the steps tell each other.
type group struct {
	*drive.Lab
	bare  map[string]string // what each host was before the first cluster
	token api.LinkToken     // of before the first cluster
}

func TestCluster(t *testing.T) {
	bundle := suite.Bundle(t)
	g := &group{Lab: suite.Start(t, "e2e-cluster", 3)}
	suite.Steps(t,
		suite.Step{Name: "hosts with content", Run: func(t *testing.T) { g.prepare(t, bundle) }},
		suite.Step{Name: "plan", Run: g.plan},
		suite.Step{Name: "VIP in use", Run: g.vipInUse},
		suite.Step{Name: "create through kills", Run: g.createThroughKills},
		suite.Step{Name: "runs", Run: g.runs},
		suite.Step{Name: "registry at the VIP", Run: g.registry},
		suite.Step{Name: "deleted by hand", Run: g.deletedByHand},
		suite.Step{Name: "expired token", Run: g.expired},
		suite.Step{Name: "contract", Run: g.contract},
		suite.Step{Name: "support bundle", Run: g.supportBundle},
		suite.Step{Name: "what a cluster forbids", Run: g.forbidden},
		suite.Step{Name: "power cut of the VIP's holder", Run: g.powerCut},
		suite.Step{Name: "delete", Run: g.delete},
		suite.Step{Name: "no gateway, no DNS", Run: g.alone},
		suite.Step{Name: "create again, a host comes late", Run: g.again},
		suite.Step{Name: "delete again", Run: g.delete},
	)
}

// prepare links the hosts and gives them the content.
func (g *group) prepare(t *testing.T, bundle string) {
	if err := g.Link(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := g.Upload(t.Context(), bundle, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if err := g.WaitGroup(t.Context(), 2*time.Minute, func(string) {}); err != nil {
		t.Fatal(err)
	}
	g.token = suite.OnJSON[api.LinkToken](t, g.Host(1), "link", "token")
	g.bare = map[string]string{}
	for _, h := range g.Hosts() {
		g.bare[h.Name()] = snapshot(t, h)
	}
}

// expired: the token of before is over by now, and another has followed. (This test is here because it lasts two minutes.)
func (g *group) expired(t *testing.T) {
	parts, err := linking.ParseToken(g.token.Token)
	if err != nil {
		t.Fatal(err)
	}
	end := parts.Expires.Add(time.Second) // a token tells whole seconds
	suite.Until(t, linking.OTPLife+time.Second, func() (bool, error) { return time.Now().After(end), nil })
	version := suite.OnJSON[api.Host](t, g.Host(1), "host", "show").AgentVersion
	if code := suite.Stranger(t, g.Lab).Join(t, g.Host(1), parts.OTP, version); code != linking.CodeExpired {
		t.Errorf("a token that ended at %s is refused with %q", parts.Expires, code)
	}
	if next := suite.OnJSON[api.LinkToken](t, g.Host(1), "link", "token"); next.Token == g.token.Token || next.RemainingSeconds <= 0 {
		t.Errorf("after it the token with %d s left is shown", next.RemainingSeconds)
	}
}

// show is the cluster as a host tells it.
func show(t *testing.T, h *lab.Host) api.Cluster {
	t.Helper()
	return suite.OnJSON[api.Cluster](t, h, "cluster", "show")
}

// waitRunning waits until the leader says that all of the cluster runs.
func (g *group) waitRunning(t *testing.T, limit time.Duration) api.Cluster {
	t.Helper()
	var k api.Cluster
	suite.Until(t, limit, func() (bool, error) {
		var err error
		if k, err = drive.JSON[api.Cluster](t.Context(), g.Host(1), "cluster", "show"); err != nil {
			return false, err
		}
		return k.State == api.Running, fmt.Errorf("the cluster is %s: %s", k.State, k.Reason)
	})
	return k
}
