package kubeadm

import (
	"testing"

	"github.com/slipway-os/slipway/agent/cluster"
)

// A cluster that runs shows neither the pod nor the volume of the probe, which is deleted after its claim.
func TestProbeIsGone(t *testing.T) {
	const pods, volumes = "/api/v1/namespaces/" + probeNamespace + "/pods", "/api/v1/persistentvolumes"
	const none = `{"items":[]}`
	for name, c := range map[string]struct {
		raw  map[string]string
		want bool
	}{
		"nothing is left":            {map[string]string{pods: none, volumes: none}, true},
		"somebody else has a volume": {map[string]string{pods: none, volumes: `{"items":[{"spec":{"claimRef":{"namespace":"shop"}}}]}`}, true},
		"the pod ends":               {map[string]string{pods: `{"items":[{"metadata":{"name":"volume"}}]}`, volumes: none}, false},
		"the volume is deleted":      {map[string]string{pods: none, volumes: `{"items":[{"spec":{"claimRef":{"namespace":"slipway-probe"}}}]}`}, false},
		"nobody tells of volumes":    {map[string]string{pods: none}, false},
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
