package kubeadm_test

import (
	"context"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
	"github.com/slipway-os/slipway/tests/lab"
)

// Two control-plane hosts and a worker: the init host, one that joins it, and one that only works.
func TestLabThreeHosts(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()
	l := newLab(ctx, t, 3)
	roles := []cluster.Role{cluster.RoleInit, cluster.RoleControlPlane, cluster.RoleWorker}
	var peers []cluster.Node
	for _, h := range l.Hosts() {
		peers = append(peers, labAssignment(h, cluster.PhasePrepare).Node)
	}
	assign := func(i int, phase cluster.Phase, caHashes []string) cluster.Assignment {
		a := labAssignment(l.Hosts()[i], phase)
		a.Role, a.Peers, a.Config.ControlPlaneHosts = roles[i], peers, 2
		if a.Role != cluster.RoleInit {
			a.Join = &cluster.Join{Secret: *a.Init, Endpoint: peers[0].Address + ":6443", CAHashes: caHashes}
			a.Init = nil
		}
		return a
	}
	all(t, l, "prepare", func(t *testing.T, i int, h *lab.Host) {
		driver(ctx, t, h, "apply", assign(i, cluster.PhasePrepare, nil))
	})
	var hashes []string
	for i, h := range l.Hosts() {
		r := driver(ctx, t, h, "apply", assign(i, cluster.PhaseJoin, hashes))
		report(t, r)
		hashes = append(hashes, r.CAHashes...)
	}
	all(t, l, "finalize", func(t *testing.T, i int, h *lab.Host) {
		if i > 0 {
			driver(ctx, t, h, "apply", assign(i, cluster.PhaseFinalize, hashes))
		}
	})
	mustBeUp(ctx, t, l.Host(1), assign(0, cluster.PhaseFinalize, nil))
	mustBeUp(ctx, t, l.Host(2), assign(1, cluster.PhaseFinalize, hashes))
	all(t, l, "delete", func(t *testing.T, i int, h *lab.Host) {
		r := driver(ctx, t, h, "apply", assign(i, cluster.PhaseDelete, nil))
		report(t, r)
		if r.Reached != cluster.PhaseDelete {
			t.Errorf("%s is not deleted", h.Name())
		}
	})
}

// all does something on every host at once.
func all(t *testing.T, l *lab.Lab, what string, do func(t *testing.T, i int, h *lab.Host)) {
	t.Helper()
	t.Run(what, func(t *testing.T) {
		for i, h := range l.Hosts() {
			t.Run(h.Name(), func(t *testing.T) {
				t.Parallel()
				do(t, i, h)
			})
		}
	})
}
