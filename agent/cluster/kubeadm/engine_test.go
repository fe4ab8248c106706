package kubeadm

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
)

func mustApply(t *testing.T, e *Engine, a cluster.Assignment) {
	t.Helper()
	if err := e.Apply(context.Background(), a); err != nil {
		t.Fatal(err)
	}
}

func TestPrepare(t *testing.T) {
	w := newWorld(t)
	e := testEngine(t, w)
	a := testAssignment(cluster.PhasePrepare, cluster.RoleInit)
	mustApply(t, e, a)
	golden(t, "prepare.txt", w.transcript())
	if r := e.Report(); r.Reached != cluster.PhasePrepare || r.ClusterID != "c1" || r.Error != "" {
		t.Errorf("report %+v", r)
	}
	for path, want := range map[string]string{
		currentBin + "/kubectl":         "#!binary",
		hostsToml:                       "server = \"http://127.0.0.1:5081\"\n\n[host.\"http://127.0.0.1:5081\"]\n  capabilities = [\"pull\", \"resolve\"]\n",
		"/etc/hosts":                    "127.0.0.1 localhost\n" + hostsBegin + "\n10.77.0.11 host1\n10.77.0.12 host2\n" + hostsEnd + "\n",
		"/proc/sys/net/ipv4/ip_forward": "1",
	} {
		if got := w.read(path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	mustApply(t, e, a)
	golden(t, "prepare-again.txt", w.transcript())
}

func TestInitToFinalize(t *testing.T) {
	w := newWorld(t)
	e := testEngine(t, w)
	mustApply(t, e, testAssignment(cluster.PhasePrepare, cluster.RoleInit))
	w.transcript()
	mustApply(t, e, testAssignment(cluster.PhaseJoin, cluster.RoleInit))
	golden(t, "init.txt", w.transcript())
	r := e.Report()
	if r.Reached != cluster.PhaseJoin || len(r.CAHashes) != 1 || r.CAHashes[0] != testCAHash {
		t.Errorf("report %+v", r)
	}
	manifest := w.read(kubeVIPFile)
	if manifest != "address: 10.77.0.100\ninterface: eth0\npath: /etc/kubernetes/kube-vip.conf\n" || e.kubeVIPConf() != "super-admin.conf" {
		t.Errorf("kube-vip during the joins has %s:\n%s", e.kubeVIPConf(), manifest)
	}
	mustApply(t, e, testAssignment(cluster.PhaseFinalize, cluster.RoleInit))
	golden(t, "finalize.txt", w.transcript())
	if got := w.read(kubeVIPFile); got != manifest || e.kubeVIPConf() != "admin.conf" {
		t.Errorf("kube-vip at the end has %s:\n%s", e.kubeVIPConf(), got)
	}
	noSecrets(t, w)
	if _, err := os.Stat(filepath.Join(w.root, configFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("kubeadm's configuration is still there: %v", err)
	}
}

const testCAHash = "sha256:99ebe483062a55cdd7047a5c07c26f755ba36c2012adc8bbc1318883f2f1d53c"

// noSecrets looks for the secrets in everything that the engine wrote but kubeadm's own files.
func noSecrets(t *testing.T, w *world) {
	t.Helper()
	_ = filepath.WalkDir(w.root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err == nil && (strings.Contains(string(b), testSecret.Token) || strings.Contains(string(b), testSecret.CertificateKey)) {
			t.Errorf("%s has a secret in it", path)
		}
		return nil
	})
	if s := w.log.String(); strings.Contains(s, testSecret.Token) || strings.Contains(s, testSecret.CertificateKey) {
		t.Errorf("a command line has a secret in it:\n%s", s)
	}
}

func TestJoin(t *testing.T) {
	w := newWorld(t)
	e := testEngine(t, w)
	mustApply(t, e, testAssignment(cluster.PhasePrepare, cluster.RoleControlPlane))
	w.transcript()
	mustApply(t, e, testAssignment(cluster.PhaseJoin, cluster.RoleControlPlane))
	golden(t, "join.txt", w.transcript())
	if w.read(kubeVIPFile) == "" || e.kubeVIPConf() != "admin.conf" {
		t.Errorf("kube-vip of a joiner has %s:\n%s", e.kubeVIPConf(), w.read(kubeVIPFile))
	}
}

// The hosts that wait for this one are told as soon as kubeadm has ended: what is left to do here is nobody else's business.
func TestTheNextHostNeedNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, role := range []cluster.Role{cluster.RoleInit, cluster.RoleControlPlane} {
			w := newWorld(t)
			w.silent = true
			e := testEngine(t, w)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			err := e.Apply(ctx, testAssignment(cluster.PhaseJoin, role))
			cancel()
			r := e.Report()
			if err == nil || r.Reached != cluster.PhaseJoin || (role == cluster.RoleInit && len(r.CAHashes) != 1) {
				t.Errorf("%s, whose API server does not answer yet: %v, report %+v", role, err, r)
			}
			w.silent = false
			mustApply(t, e, testAssignment(cluster.PhaseJoin, role))
			if r := e.Report(); r.Reached != cluster.PhaseJoin || r.Error != "" {
				t.Errorf("%s: report %+v", role, r)
			}
		}
	})
}

func TestFailedInitIsTakenBackAndSaysWhy(t *testing.T) {
	w := newWorld(t)
	w.kubeadmFails = 1
	e := testEngine(t, w)
	a := testAssignment(cluster.PhaseJoin, cluster.RoleInit)
	err := e.Apply(context.Background(), a)
	if err == nil || !strings.HasPrefix(err.Error(), "init: ") || strings.Contains(err.Error(), testSecret.Token) {
		t.Fatalf("error %v", err)
	}
	if r := e.Report(); r.Error != err.Error() || r.Reached != cluster.PhasePrepare {
		t.Errorf("report %+v", r)
	}
	w.transcript()
	mustApply(t, e, a)
	golden(t, "init-retry.txt", w.transcript())
	if r := e.Report(); r.Error != "" || r.Reached != cluster.PhaseJoin {
		t.Errorf("report %+v", r)
	}
}

// A run of kubeadm that was complete but for the marker must not be taken back.
func TestLostMarker(t *testing.T) {
	w := newWorld(t)
	e := testEngine(t, w)
	a := testAssignment(cluster.PhaseJoin, cluster.RoleInit)
	mustApply(t, e, a)
	if err := os.Remove(filepath.Join(w.root, joinedFile)); err != nil {
		t.Fatal(err)
	}
	w.transcript()
	mustApply(t, e, a)
	if s := w.transcript(); strings.Contains(s, "reset") || strings.Contains(s, "init --upload") {
		t.Errorf("a complete member was touched:\n%s", s)
	}
}

// A run that was cut before the administrator had rights is taken back without waiting.
func TestCutInit(t *testing.T) {
	w := newWorld(t)
	e := testEngine(t, w)
	a := testAssignment(cluster.PhaseJoin, cluster.RoleInit)
	mustApply(t, e, a)
	if err := os.Remove(filepath.Join(w.root, joinedFile)); err != nil {
		t.Fatal(err)
	}
	w.forbidden = true
	w.transcript()
	mustApply(t, e, a)
	if s := w.transcript(); strings.Count(s, "GET /api/v1/nodes/host1") != 1 || !strings.Contains(s, "kubeadm reset") || !strings.Contains(s, "kubeadm init") {
		t.Errorf("transcript:\n%s", s)
	}
}

// After a boot the kubelet is started and nothing else is done.
func TestBoot(t *testing.T) {
	w := newWorld(t)
	mustApply(t, testEngine(t, w), testAssignment(cluster.PhaseFinalize, cluster.RoleInit))
	w.units[kubeletUnit], w.units[containerdUnit] = "inactive", "inactive"
	w.routes = nil
	w.transcript()
	e := testEngine(t, w) // remembers what it was asked to do
	a, ok := e.Assignment()
	if !ok || a.Init != nil || a.Phase != cluster.PhaseFinalize {
		t.Fatalf("remembered %+v", a)
	}
	mustApply(t, e, a)
	golden(t, "boot.txt", w.transcript())
}

func TestDelete(t *testing.T) {
	w := newWorld(t)
	e := testEngine(t, w)
	mustApply(t, e, testAssignment(cluster.PhaseFinalize, cluster.RoleInit))
	dirty(w)
	w.transcript()
	mustApply(t, e, testAssignment(cluster.PhaseDelete, cluster.RoleInit))
	golden(t, "delete.txt", w.transcript())
	if r := e.Report(); r.Reached != cluster.PhaseDelete || r.CAHashes != nil {
		t.Errorf("report %+v", r)
	}
	if w.rules != "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -j ACCEPT\nCOMMIT\n" {
		t.Errorf("rules left:\n%s", w.rules)
	}
	if got := w.read("/etc/hosts"); got != "127.0.0.1 localhost\n" {
		t.Errorf("/etc/hosts left: %q", got)
	}
	if left, err := e.Leftovers(context.Background()); err != nil || len(left) != 0 {
		t.Errorf("left: %v %v", left, err)
	}
	if err := e.Forget(); err != nil {
		t.Fatal(err)
	}
	if _, ok := testEngine(t, w).Assignment(); ok {
		t.Error("a deleted cluster is remembered")
	}
}

// dirty adds what a running node leaves about.
func dirty(w *world) {
	w.vip = true
	w.links = append(w.links, "vxlan.calico")
	w.rules = "*filter\n:INPUT ACCEPT [0:0]\n:KUBE-FORWARD - [0:0]\n:cali-INPUT - [0:0]\n-A INPUT -m comment --comment \"cali:x\" -j cali-INPUT\n" +
		"-A INPUT -j KUBE-FIREWALL\n-A INPUT -p tcp -j ACCEPT\n-A KUBE-FORWARD -j ACCEPT\nCOMMIT\n"
	w.put("/var/lib/etcd/member/snap/db", "etcd")
	w.put("/var/lib/cni/networks/x", "x")
	w.put("/proc/self/mountinfo", "1 0 0:1 / / rw - ext4 /dev/vda rw\n2 1 0:2 / /var/lib/kubelet/pods/x/volumes/a\\040b rw - tmpfs tmpfs rw\n")
}

func TestLeftovers(t *testing.T) {
	w := newWorld(t)
	e := testEngine(t, w)
	if left, err := e.Leftovers(context.Background()); err != nil || len(left) != 0 {
		t.Fatalf("a fresh host: %v %v", left, err)
	}
	mustApply(t, e, testAssignment(cluster.PhaseFinalize, cluster.RoleInit))
	dirty(w)
	left, err := e.Leftovers(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "leftovers.txt", strings.Join(left, "\n")+"\n")
}

// The host dies before or after any of the commands of a whole life; the next agent goes on and comes to the same end.
func TestCutAnywhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		life := func(w *world) error {
			for _, phase := range []cluster.Phase{cluster.PhasePrepare, cluster.PhaseJoin, cluster.PhaseFinalize, cluster.PhaseDelete} {
				if phase == cluster.PhaseDelete {
					dirty(w)
				}
				for try := 0; ; try++ {
					err := testEngine(t, w).Apply(t.Context(), testAssignment(phase, cluster.RoleInit))
					if err == nil {
						break
					}
					if try > 2 {
						return err
					}
				}
			}
			commands := w.count
			w.cutAt = -1
			left, err := testEngine(t, w).Leftovers(t.Context())
			if err == nil && len(left) > 0 {
				err = errors.New(strings.Join(left, ", "))
			}
			w.count = commands
			return err
		}
		w := newWorld(t)
		if err := life(w); err != nil {
			t.Fatal(err)
		}
		for i := range w.count {
			for _, before := range []bool{true, false} {
				cut := newWorld(t)
				cut.cutAt, cut.cutBefore = i, before
				if err := life(cut); err != nil {
					t.Fatalf("cut at command %d, before it: %v: %v\n%s", i, before, err, cut.transcript())
				}
			}
		}
	})
}

func TestRefusals(t *testing.T) {
	for name, change := range map[string]func(*cluster.Assignment){
		"no cluster":     func(a *cluster.Assignment) { a.Config.ClusterID = "" },
		"bad node name":  func(a *cluster.Assignment) { a.Node.Name = "a b" },
		"option as name": func(a *cluster.Assignment) { a.Node.Name = "--help" },
		"bad peer":       func(a *cluster.Assignment) { a.Peers[1].Address = "1.2.3.4\n6.6.6.6 x" },
		"bad version":    func(a *cluster.Assignment) { a.Config.Packs[0].Version = "../../etc" },
		"bad CIDR":       func(a *cluster.Assignment) { a.Config.PodCIDR = "x" },
		"bad VIP":        func(a *cluster.Assignment) { a.Config.VIP = "x" },
		"bad balancer":   func(a *cluster.Assignment) { a.Config.VIP, a.Config.Endpoint = "", "lb x:6443" },
		"bare balancer":  func(a *cluster.Assignment) { a.Config.VIP, a.Config.Endpoint = "", "lb.example.com" },
		"unknown phase":  func(a *cluster.Assignment) { a.Phase = "explode" },
		"missing pack":   func(a *cluster.Assignment) { a.Config.Packs[0].Digest = "sha256:none" },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := testAssignment(cluster.PhaseJoin, cluster.RoleInit)
			change(&a)
			if err := testEngine(t, w).Apply(context.Background(), a); err == nil {
				t.Error("not refused")
			}
			if s := w.transcript(); s != "" {
				t.Errorf("it ran:\n%s", s)
			}
		})
	}
}
