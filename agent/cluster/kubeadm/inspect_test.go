package kubeadm

import (
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/cluster"
)

// A support bundle goes out of the house: nothing in it may come from where Kubernetes keeps secrets.
func TestNoInspectionAsksForSecrets(t *testing.T) {
	for _, name := range Inspections() {
		words := strings.ToLower(strings.Join(inspections[name], " "))
		for _, bad := range []string{"secret", "configmap", " all", "yaml", "json", "--raw /api"} {
			if strings.Contains(words, bad) {
				t.Errorf("%s asks for %q", name, bad)
			}
		}
		if verb := inspections[name][0]; verb != "get" && verb != "describe" {
			t.Errorf("%s does more than look: %s", name, verb)
		}
	}
}

func TestInspect(t *testing.T) {
	w := newWorld(t)
	e := testEngine(t, w)
	if _, err := e.Inspect(t.Context(), "secrets"); err == nil || !strings.Contains(err.Error(), "no inspection") {
		t.Errorf("%v", err)
	}
	if _, err := e.Inspect(t.Context(), "nodes"); err == nil || !strings.Contains(err.Error(), "not a member") {
		t.Errorf("%v", err)
	}
	w.member(t, e, testAssignment(cluster.PhaseFinalize, cluster.RoleControlPlane))
	w.raw = map[string]string{"/readyz?verbose": "readyz check passed"}
	if out, err := e.Inspect(t.Context(), "readiness"); err != nil || string(out) != "readyz check passed" {
		t.Errorf("%s, %v", out, err)
	}
}
