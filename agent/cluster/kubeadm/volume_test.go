package kubeadm

import (
	"testing"

	"github.com/slipway-os/slipway/agent/cluster"
)

// A cluster that runs shows neither the namespace nor the volume of the probe, whose volume is deleted after its claim.
func TestProbeIsGone(t *testing.T) {
	const namespace, volumes = "/api/v1/namespaces/" + probeNamespace, "/api/v1/persistentvolumes"
	for name, c := range map[string]struct {
		raw  map[string]string
		want bool
	}{
		"nothing is left":            {map[string]string{volumes: `{"items":[]}`}, true},
		"somebody else has a volume": {map[string]string{volumes: `{"items":[{"spec":{"claimRef":{"namespace":"shop"}}}]}`}, true},
		"the namespace ends":         {map[string]string{namespace: `{"status":{"phase":"Terminating"}}`, volumes: `{"items":[]}`}, false},
		"the volume is deleted":      {map[string]string{volumes: `{"items":[{"spec":{"claimRef":{"namespace":"slipway-probe"}}}]}`}, false},
		"nobody tells of volumes":    {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.raw = c.raw
			j := &job{Engine: testEngine(t, w), a: testAssignment(cluster.PhaseFinalize, cluster.RoleInit)}
			if got := j.probeGone(t.Context()); got != c.want {
				t.Errorf("gone: %v", got)
			}
		})
	}
}
