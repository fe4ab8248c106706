package kubeadm

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
)

// Feature 123. Control-plane hosts renew on different days; authorities and what the kubelet renews do not count.
func TestRenewalDue(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	first, second := testAssignment(cluster.PhaseFinalize, cluster.RoleInit), testAssignment(cluster.PhaseFinalize, cluster.RoleControlPlane)
	second.Node = second.Peers[1]
	for name, c := range map[string]struct {
		cert string
		days float64
		a    cluster.Assignment
		want bool
	}{
		"far off":         {"apiserver", 31, first, false},
		"thirty days":     {"apiserver", 29.9, first, true},
		"the second host": {"apiserver", 29.9, second, false},
		"a day later":     {"etcd peer", 28.9, second, true},
		"an authority":    {"etcd ca", 1, first, false},
		"the kubelet's":   {"kubelet-client-current", 1, first, false},
		"ended":           {"kubeconfig admin", -1, second, true},
	} {
		certs := []cluster.Certificate{{Name: c.cert, NotAfter: now.Add(time.Duration(c.days * 24 * float64(time.Hour)))}}
		if got := renewalDue(certs, c.a, now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Feature 123. The programs that use certificates are started again, also when the agent dies in between.
func TestRenew(t *testing.T) {
	w := newWorld(t)
	e := testEngine(t, w)
	a := testAssignment(cluster.PhaseFinalize, cluster.RoleControlPlane)
	w.member(t, e, a)
	soon, _ := newCertificate(t, e.opt.Now(), e.opt.Now().Add(48*time.Hour))
	w.put(kubernetesDir+"/pki/apiserver.crt", soon)
	w.units[kubeletUnit] = "active"
	w.containers = []string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"}
	s := (&job{Engine: e, a: a}).renew()
	if done, err := s.done(t.Context()); done || err != nil {
		t.Fatalf("a certificate ends in two days: %v, %v", done, err)
	}
	quiet := func(string, int64, int64) {}
	w.count, w.cutAt = 0, 4 // the agent dies after the second program
	if err := s.do(t.Context(), quiet); err == nil {
		t.Fatal("the cut did not end the step")
	}
	w.cutAt = -1
	if done, _ := s.done(t.Context()); done {
		t.Error("programs with old certificates count as done")
	}
	w.transcript()
	if err := s.do(t.Context(), quiet); err != nil {
		t.Fatal(err)
	}
	said := w.transcript()
	for _, want := range []string{"kubeadm certs renew all", "SIGTERM etcd\n", "SIGTERM kube-apiserver\n", "SIGTERM kube-scheduler\n"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in\n%s", want, said)
		}
	}
	if strings.Contains(said, "SIGTERM old-") || strings.Contains(said, "SIGTERM kube-vip") {
		t.Errorf("what does not run was stopped:\n%s", said)
	}
	if done, err := s.done(t.Context()); !done || err != nil {
		t.Errorf("after it: %v, %v", done, err)
	}
	if _, err := os.Stat(filepath.Join(w.root, restartMark)); err == nil {
		t.Error("the mark stays")
	}
}
