package kubeadm

import (
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
)

// What somebody deleted by hand of a pack is applied again at the next look, and only that pack.
func TestDeletedObjectsComeBack(t *testing.T) {
	w := newWorld(t)
	e := testEngine(t, w)
	a := testAssignment(cluster.PhaseFinalize, cluster.RoleInit)
	w.objects["secrets"] = ""
	if err := e.Apply(t.Context(), testAssignment(cluster.PhaseJoin, cluster.RoleInit)); err != nil {
		t.Fatal(err)
	}
	if err := e.Apply(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	w.transcript()
	if err := e.Apply(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if again := w.transcript(); strings.Contains(again, "apply --server-side") {
		t.Errorf("applied without need:\n%s", again)
	}
	w.gone = map[string]bool{"cidr: 100.64.0.0/18": true}
	if err := e.Apply(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if again := w.transcript(); strings.Count(again, "--field-manager=slipway -f -") != 1 || !strings.Contains(again, "| cidr:") {
		t.Errorf("the pack is not applied again, or not alone:\n%s", again)
	}
}

// A host looks again soon while others join and while something does not run.
func TestRecheckAfter(t *testing.T) {
	w := newWorld(t)
	e := testEngine(t, w)
	joining, whole := testAssignment(cluster.PhaseJoin, cluster.RoleInit), testAssignment(cluster.PhaseFinalize, cluster.RoleInit)
	shows := func(status string) {
		e.setReport(func(r *cluster.HostReport) {
			r.Status = &cluster.Status{Applications: []cluster.Application{{Status: status}}}
		})
	}
	for _, c := range []struct {
		a      cluster.Assignment
		status string
		want   time.Duration
	}{{joining, appRunning, recheckSoon}, {whole, appRunning, recheck}, {whole, appProgressing, recheckSoon}} {
		if shows(c.status); e.recheckAfter(c.a) != c.want {
			t.Errorf("%s, %s: after %s", c.a.Phase, c.status, e.recheckAfter(c.a))
		}
	}
}
