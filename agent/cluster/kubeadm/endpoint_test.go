package kubeadm

import (
	"crypto/x509"
	"os"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/cluster"
)

const testBalancer = "lb.example.com:443"

// balanced has the assignment's cluster behind a load balancer, in place of its VIP.
func balanced(a cluster.Assignment) cluster.Assignment {
	a.Config.VIP, a.Config.Endpoint = "", testBalancer
	return a
}

// Feature 104: without a VIP there is no kube-vip, and the kubeconfig leads to the load balancer, or to the only host.
func TestWithoutKubeVIP(t *testing.T) {
	alone := testAssignment(cluster.PhaseFinalize, cluster.RoleInit)
	alone.Config.VIP = ""
	for server, a := range map[string]cluster.Assignment{"https://" + testBalancer: balanced(testAssignment(cluster.PhaseFinalize, cluster.RoleInit)), "https://10.77.0.11:6443": alone} {
		w := newWorld(t)
		e := testEngine(t, w)
		mustApply(t, e, a)
		e.Assign(a)
		w.put(adminConf, "clusters:\n- cluster:\n    server: https://x:1\n")
		if got, err := e.Kubeconfig(); err != nil || !strings.Contains(string(got), "server: "+server+"\n") {
			t.Errorf("%s: %v: %s", server, err, got)
		}
		if _, err := os.Lstat(e.path(kubeVIPFile)); err == nil || e.kubeVIPConf() != "" {
			t.Errorf("%s: kube-vip is there", server)
		}
		for _, s := range e.Report().Steps {
			if strings.HasPrefix(s.Name, "kube-vip") {
				t.Errorf("%s: step %s", server, s.Name)
			}
		}
	}
}

// Feature 104: members ask the control-plane hosts for images, so that the load balancer need not lead to the registry; the
// registry's certificate is good for both.
func TestRegistryBehindLoadBalancer(t *testing.T) {
	a := balanced(withRegistry(cluster.RoleInit))
	a.Config.ControlPlaneHosts = 1 // the second peer is a worker
	file, text := registryHosts(a)
	if file != certsDir+"/lb.example.com:30003/hosts.toml" {
		t.Errorf("the file is %s", file)
	}
	own, lb := strings.Index(text, `[host."https://10.77.0.11:30003"]`), strings.Index(text, `[host."https://lb.example.com:30003"]`)
	if own < 0 || lb < own || strings.Contains(text, "10.77.0.12") || !strings.Contains(text, `server = "https://lb.example.com:30003"`) {
		t.Errorf("containerd asks:\n%s", text)
	}
	w := newWorld(t)
	e := testEngine(t, w)
	w.newCA(t, e.opt.Now())
	e.Assign(a)
	cert, err := e.RegistryCertificate()
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(w.read(caFile)))
	for _, name := range []string{"lb.example.com", "10.77.0.11", "host1"} {
		if _, err := cert.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: name, CurrentTime: e.opt.Now()}); err != nil {
			t.Errorf("for %s: %v", name, err)
		}
	}
}

// Feature 104: a cluster whose load balancer does not answer is not said to be well.
func TestLoadBalancerIsAsked(t *testing.T) {
	w := newWorld(t)
	e := testEngine(t, w)
	a := balanced(testAssignment(cluster.PhaseFinalize, cluster.RoleInit))
	mustApply(t, e, a)
	for deaf, want := range map[string]string{"": "the load balancer answers", "https://" + testBalancer: "load balancer: connection refused"} {
		w.deaf = deaf
		s, err := e.readStatus(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		app := s.Applications[0]
		if app.Layer != "kubernetes" || !strings.Contains(app.Message, want) || (deaf != "") != (app.Status == appFailed) {
			t.Errorf("deaf %q: %+v", deaf, app)
		}
		for _, app := range s.Applications {
			if app.Layer == "vip" {
				t.Errorf("there is no VIP, but %+v", app)
			}
		}
	}
}

// Feature 104: kubeadm waits for the API server through the load balancer and only says that time is up.
func TestLoadBalancerIsBlamed(t *testing.T) {
	w := newWorld(t)
	e := testEngine(t, w)
	w.kubeadmFails, w.units[kubeletUnit], w.deaf = 1, "active", "https://"+testBalancer
	err := e.Apply(t.Context(), balanced(testAssignment(cluster.PhaseJoin, cluster.RoleInit)))
	if err == nil || !strings.Contains(err.Error(), "load balancer "+testBalancer+" does not lead to the API server") || !strings.Contains(err.Error(), "10.77.0.11:6443") {
		t.Errorf("error %v", err)
	}
	w = newWorld(t)
	e = testEngine(t, w)
	w.kubeadmFails, w.units[kubeletUnit] = 1, "active"
	if err := e.Apply(t.Context(), balanced(testAssignment(cluster.PhaseJoin, cluster.RoleInit))); err == nil || strings.Contains(err.Error(), "load balancer") {
		t.Errorf("it leads there, but: %v", err)
	}
}

// One host probes volumes at a time, whether there is a VIP or not.
func TestVolumeProber(t *testing.T) {
	a := testAssignment(cluster.PhaseFinalize, cluster.RoleInit)
	node := func(name, role string, ready bool) cluster.NodeStatus {
		return cluster.NodeStatus{Name: name, Role: role, Ready: ready}
	}
	s := cluster.Status{VIPHolder: "host3", Nodes: []cluster.NodeStatus{node("host1", "control-plane", false), node("host2", "worker", true), node("host3", "control-plane", true), node("host4", "control-plane", true)}}
	if got := volumeProber(a, s); got != "host3" {
		t.Errorf("with a VIP: %s", got)
	}
	s.VIPHolder = ""
	if got := volumeProber(a, s); got != "" {
		t.Errorf("while nobody has the VIP: %s", got)
	}
	if got := volumeProber(balanced(a), s); got != "host3" {
		t.Errorf("behind a load balancer: %s", got)
	}
	if got := volumeProber(balanced(a), cluster.Status{}); got != "" {
		t.Errorf("without a node: %s", got)
	}
}
