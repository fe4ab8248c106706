package kubeadm

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/cluster"
)

func TestConfigs(t *testing.T) {
	zero, no := 0, false
	lab := hostFacts{kubelet: Kubelet{OOMScoreAdj: &zero, FailCgroupV1: &no}}
	real := hostFacts{conntrackWritable: true}
	tainted := testAssignment(cluster.PhaseJoin, cluster.RoleInit)
	tainted.Node.Taints = []cluster.Taint{{Key: "node-role.kubernetes.io/control-plane", Effect: "NoSchedule"}}
	alone := testAssignment(cluster.PhaseJoin, cluster.RoleInit)
	alone.Config.VIP = ""
	for file, make := range map[string]func() ([]byte, error){
		"config-init.yaml":     func() ([]byte, error) { return initConfig(tainted, real) },
		"config-init-lab.yaml": func() ([]byte, error) { return initConfig(testAssignment(cluster.PhaseJoin, cluster.RoleInit), lab) },
		"config-init-balanced.yaml": func() ([]byte, error) {
			return initConfig(balanced(testAssignment(cluster.PhaseJoin, cluster.RoleInit)), real)
		},
		"config-init-alone.yaml": func() ([]byte, error) { return initConfig(alone, real) },
		"config-join.yaml":       func() ([]byte, error) { return joinConfig(testAssignment(cluster.PhaseJoin, cluster.RoleControlPlane)) },
		"config-worker.yaml":     func() ([]byte, error) { return joinConfig(testAssignment(cluster.PhaseJoin, cluster.RoleWorker)) },
	} {
		got, err := make()
		if err != nil {
			t.Fatal(err)
		}
		golden(t, file, string(got))
	}
}

func TestConfigsNeedTheLeadersWord(t *testing.T) {
	a := testAssignment(cluster.PhaseJoin, cluster.RoleWorker)
	if _, err := initConfig(a, hostFacts{}); err == nil {
		t.Error("init without secrets")
	}
	a.Join.CAHashes = nil
	if _, err := joinConfig(a); err == nil {
		t.Error("join without a pin of the CA")
	}
	a.Join = nil
	if _, err := joinConfig(a); err == nil {
		t.Error("join without anything")
	}
}

func TestServiceAddress(t *testing.T) {
	for _, c := range []struct {
		cidr string
		n    int
		want string
	}{
		{"100.64.64.0/18", 1, "100.64.64.1"}, {"100.64.64.0/18", 10, "100.64.64.10"}, {"10.0.0.77/24", 1, "10.0.0.1"},
		{"10.0.0.0/30", 10, ""}, {"x", 1, ""},
	} {
		if got, _ := serviceAddress(c.cidr, c.n); got != c.want {
			t.Errorf("%s, %d: %q, want %q", c.cidr, c.n, got, c.want)
		}
	}
}

func TestCorefile(t *testing.T) {
	if got := corefile(testCorefile, true); got != testCorefile {
		t.Errorf("changed with a DNS server:\n%s", got)
	}
	const want = ".:53 {\n    errors\n    kubernetes cluster.local in-addr.arpa ip6.arpa {\n       pods insecure\n    }\n" +
		"    cache 30 {\n       disable success cluster.local\n    }\n    reload\n}\n"
	got := corefile(testCorefile, false)
	if got != want {
		t.Errorf("without a DNS server:\n%s", got)
	}
	if corefile(got, false) != got {
		t.Error("not idempotent")
	}
}

func FuzzCorefile(f *testing.F) {
	f.Add(testCorefile)
	f.Add("}\n}\nforward {")
	f.Fuzz(func(t *testing.T, s string) {
		if once := corefile(s, false); len(once) > len(s) {
			t.Errorf("it grew: %q", once)
		}
	})
}

func TestUpstreamOnly(t *testing.T) {
	for in, want := range map[string]string{
		"# stub\nnameserver 127.0.0.53\noptions edns0\nsearch lan\n":                     "search lan\n",
		"nameserver ::1\nnameserver 10.0.0.1\nsearch .\n":                                "nameserver 10.0.0.1\n",
		"nameserver 1.1.1.1\nnameserver 2.2.2.2\nnameserver 3.3.3.3\nnameserver 4.4.4.4": "nameserver 1.1.1.1\nnameserver 2.2.2.2\nnameserver 3.3.3.3\n",
		"nameserver nonsense\n": "", "": "",
	} {
		if got := upstreamOnly(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if hasUpstream("search lan\n") || !hasUpstream("nameserver 1.1.1.1\n") {
		t.Error("hasUpstream")
	}
}

func TestWithHosts(t *testing.T) {
	peers := []cluster.Node{{Name: "a", Address: "10.0.0.1"}}
	for _, old := range []string{"127.0.0.1 localhost\n", "127.0.0.1 localhost\n\n", ""} {
		once := withHosts(old, peers)
		if withHosts(once, peers) != once {
			t.Errorf("not idempotent: %q", withHosts(once, peers))
		}
		if got := withHosts(once, nil); got != old {
			t.Errorf("taken out: %q, want %q", got, old)
		}
	}
	if got := withHosts("1.1.1.1 x", peers); got != "1.1.1.1 x\n"+hostsBegin+"\n10.0.0.1 a\n"+hostsEnd+"\n" {
		t.Errorf("a last line without an end: %q", got)
	}
}

func TestNodeMounts(t *testing.T) {
	const info = `21 1 0:20 / / rw - ext4 /dev/vda rw
30 21 0:30 / /var/lib/kubelet rw - ext4 /dev/vdb rw
31 30 0:31 / /var/lib/kubelet/pods/1/volumes/x rw shared:1 - tmpfs tmpfs rw
32 31 0:32 / /var/lib/kubelet/pods/1/volumes/x/with\040space rw - tmpfs tmpfs rw
33 21 0:4 net:[1] /run/netns/cni-1234 rw - nsfs nsfs rw
34 21 0:4 net:[2] /run/netns/mine rw - nsfs nsfs rw
35 21 0:5 / /run/containerd/io.containerd.grpc.v1.cri/sandboxes/s/shm rw - tmpfs shm rw
short line
`
	want := []string{"/var/lib/kubelet/pods/1/volumes/x/with space", "/var/lib/kubelet/pods/1/volumes/x", "/run/netns/cni-1234",
		"/run/containerd/io.containerd.grpc.v1.cri/sandboxes/s/shm"}
	if got := nodeMounts(info); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestWithoutNodeRules(t *testing.T) {
	const ours = "# by iptables-save\n*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m comment --comment \"not KUBE- at all\" -j ACCEPT\nCOMMIT\n"
	const mixed = "# by iptables-save\n*nat\n:PREROUTING ACCEPT [0:0]\n:KUBE-SERVICES - [0:0]\n:cali-PREROUTING - [0:0]\n:CNI-HOSTPORT-DNAT - [0:0]\n" +
		"-A PREROUTING -p tcp -m comment --comment \"not KUBE- at all\" -j ACCEPT\n" +
		"-A PREROUTING -m comment --comment \"cali:6gwbT8clXdHdC1b1\" -j cali-PREROUTING\n" +
		"-A PREROUTING -m comment --comment \"kubernetes service portals\" -j KUBE-SERVICES\n" +
		"-A cali-PREROUTING -j MARK\n-A FORWARD -m comment --comment \"cali:S93h\" -m mark --mark 0x10000 -j ACCEPT\nCOMMIT\n"
	if got, n := withoutNodeRules(mixed); got != ours || n != 7 {
		t.Errorf("removed %d:\n%s", n, got)
	}
	if got, n := withoutNodeRules(ours); got != ours || n != 0 {
		t.Errorf("removed %d of other people's rules:\n%s", n, got)
	}
}

func TestRedact(t *testing.T) {
	r := newRedactor(testAssignment(cluster.PhaseJoin, cluster.RoleInit))
	for _, line := range []string{
		"--token " + testSecret.Token, "key " + testSecret.CertificateKey,
		"token zzzzzz.9999999999999999 of somebody", "--certificate-key " + strings.Repeat("ab", 32),
	} {
		got := r.redact(line)
		if !strings.Contains(got, redacted) || strings.Contains(got, "0123456789") || strings.Contains(got, "9999") || strings.Contains(got, "abab") || strings.Contains(got, "1111") {
			t.Errorf("%q became %q", line, got)
		}
	}
	if got := r.redact("sha256:" + strings.Repeat("ab", 32)); strings.Contains(got, redacted) {
		t.Error("a public pin is hidden")
	}
}

func TestParsePhase(t *testing.T) {
	for line, want := range map[string]string{
		`[certs] Generating "ca" certificate and key`: `certs|Generating "ca" certificate and key`,
		"\t[WARNING Swap]: swap is on":                "|", "[fatal": "|", "": "|", "  [kubelet-start] Starting": "kubelet-start|Starting",
	} {
		phase, text, _ := parsePhase(line)
		if got := phase + "|" + text; got != want {
			t.Errorf("%q: %q", line, got)
		}
	}
}

func TestKubeconfig(t *testing.T) {
	w := newWorld(t)
	e := testEngine(t, w)
	if _, err := e.Kubeconfig(); err == nil {
		t.Error("a kubeconfig without a cluster")
	}
	a := testAssignment(cluster.PhaseFinalize, cluster.RoleInit)
	mustApply(t, e, a)
	e.Assign(a)
	w.put(adminConf, "clusters:\n- cluster:\n    server: https://10.77.0.11:6443\n  name: x\n")
	got, err := e.Kubeconfig()
	if err != nil || string(got) != "clusters:\n- cluster:\n    server: https://10.77.0.100:6443\n  name: x\n" {
		t.Errorf("%v:\n%s", err, got)
	}
}

func TestPackThatLeadsOut(t *testing.T) {
	for name, change := range map[string]func(*fakePack){
		"file":          func(p *fakePack) { p.files = map[string]string{"../../evil": "x"} },
		"absolute file": func(p *fakePack) { p.files = map[string]string{"/etc/evil": "x"} },
		"link":          func(p *fakePack) { p.config.Links = map[string]string{"bin/x": "../../../../etc/passwd"} },
		"absolute link": func(p *fakePack) { p.config.Links = map[string]string{"bin/x": "/etc/passwd"} },
		"link name":     func(p *fakePack) { p.config.Links = map[string]string{"../x": "y"} },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			p := testPacks["sha256:k"]
			change(&p)
			e, err := New(Options{Root: w.root, Content: packs{"sha256:k": p}, Units: w, Runner: w, Prober: w})
			if err != nil {
				t.Fatal(err)
			}
			a := testAssignment(cluster.PhasePrepare, cluster.RoleInit)
			a.Config.Packs = a.Config.Packs[:1]
			if err := e.Apply(t.Context(), a); err == nil || !strings.Contains(err.Error(), "out of the pack") {
				t.Errorf("error %v", err)
			}
			if _, err := os.Lstat(filepath.Join(w.root, kubeDir, "1.32.3")); !errors.Is(err, os.ErrNotExist) {
				t.Error("a half-made version is shown")
			}
		})
	}
}
