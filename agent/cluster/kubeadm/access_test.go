package kubeadm

import (
	"testing"

	"github.com/slipway-os/slipway/agent/cluster"
)

func TestKeysAndTimeServersComeAndGoWithTheCluster(t *testing.T) {
	w := newWorld(t)
	e := testEngine(t, w)
	a := testAssignment(cluster.PhasePrepare, cluster.RoleInit)
	a.Config.SSHKeys = []string{"ssh-ed25519 AAAA ann", "ssh-ed25519 BBBB bob"}
	a.Config.NTPServers = []string{"10.0.0.1", "time.example"}
	mustApply(t, e, a)
	if got := w.read(keysFile); got != "ssh-ed25519 AAAA ann\nssh-ed25519 BBBB bob\n" {
		t.Errorf("keys: %q", got)
	}
	if got := w.read(ntpFile); got != "[Time]\nNTP=\nNTP=10.0.0.1 time.example\n" {
		t.Errorf("time servers: %q", got)
	}
	a.Config.SSHKeys = nil
	mustApply(t, e, a)
	if got := w.read(keysFile); got != "" {
		t.Errorf("keys that the spec no longer names stay: %q", got)
	}
	a.Phase = cluster.PhaseDelete
	mustApply(t, e, a)
	if got := w.read(ntpFile); got != "" {
		t.Errorf("time servers of a deleted cluster stay: %q", got)
	}
}
