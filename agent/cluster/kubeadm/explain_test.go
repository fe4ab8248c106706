package kubeadm

import (
	"slices"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/cluster"
)

// What kubeadm 1.32 wrote on real hosts.
const (
	failedChecks = `[preflight] Running pre-flight checks
W1120 18:20:36.526584   30519 checks.go:1077] [preflight] WARNING: Couldn't create the interface used for talking to the container runtime
	[WARNING FileExisting-ethtool]: ethtool not found in system path
	[WARNING Hostname]: hostname "x" could not be reached
error execution phase preflight: [preflight] Some fatal errors occurred:
	[ERROR Port-6443]: Port 6443 is in use
	[ERROR FileContent--proc-sys-net-ipv4-ip_forward]: /proc/sys/net/ipv4/ip_forward contents are not set to 1
[preflight] If you know what you are doing, you can make a check non-fatal with ` + "`--ignore-preflight-errors=...`" + `
To see the stack trace of this error execute with --v=5 or higher
`
	noControlPlane = `[wait-control-plane] Waiting for the kubelet to boot up the control plane as static Pods
[kubelet-check] The kubelet is not healthy after 4m0.000s

Unfortunately, an error has occurred:
	The HTTP call equal to 'curl -sSL http://127.0.0.1:10248/healthz' returned error: connection refused

This error is likely caused by:
	- The kubelet is not running
error execution phase wait-control-plane: could not initialize a Kubernetes cluster
To see the stack trace of this error execute with --v=5 or higher
`
	expired = `error execution phase preflight: couldn't validate the identity of the API Server: could not find a JWS signature in the cluster-info ConfigMap for token ID "abcdef"
To see the stack trace of this error execute with --v=5 or higher
`
	unreachable = "W1120 1 x\nerror execution phase preflight: couldn't validate the identity of the API Server: Get \"https://10.77.0.11:6443/api\": dial tcp 10.77.0.11:6443: connect: no route to host\n"
	kubectlDown = "E1120 18:00:00.1 99 memcache.go:265] \"Unhandled Error\" err=\"couldn't get current server API group list\"\nThe connection to the server 10.77.0.11:6443 was refused - did you specify the right host or port?\n"
)

func TestExplain(t *testing.T) {
	for name, c := range map[string]struct{ output, want, do string }{
		"failed checks": {failedChecks, "Port 6443 is in use; /proc/sys/net/ipv4/ip_forward contents are not set to 1", "stop the program"},
		"control plane": {noControlPlane, "The HTTP call equal to 'curl -sSL http://127.0.0.1:10248/healthz' returned error: connection refused; could not initialize a Kubernetes cluster", "log of kubelet"},
		"expired":       {expired, `couldn't validate the identity of the API Server: could not find a JWS signature in the cluster-info ConfigMap for token ID "abcdef"`, "renews it by itself"},
		"unreachable":   {unreachable, `couldn't validate the identity of the API Server: Get "https://10.77.0.11:6443/api": dial tcp 10.77.0.11:6443: connect: no route to host`, "is on and reached"},
		"kubectl":       {kubectlDown, "The connection to the server 10.77.0.11:6443 was refused - did you specify the right host or port?", ""},
		"etcd":          {`{"level":"warn","logger":"etcd-client","msg":"retrying of unary invoker failed"}` + "\nError from server: etcdserver: leader changed\n", "Error from server: etcdserver: leader changed", ""},
		"plain":         {"unable to select an IP from lo network interface\nTo see the stack trace of this error, x\n", "unable to select an IP from lo network interface", ""},
		"only warnings": {"[WARNING Swap]: on\n", "", ""},
	} {
		got := explain(c.output)
		if got != c.want {
			t.Errorf("%s: %s", name, got)
		}
		if full := withRemedy(got); (full == got) != (c.do == "") || !strings.Contains(full, c.do) {
			t.Errorf("%s: %s", name, full)
		}
	}
}

// After a boot a host works from memory, without the secrets to join with. That is no error: the leader's word follows.
func TestWaitingIsNoError(t *testing.T) {
	w := newWorld(t)
	e := testEngine(t, w)
	a := testAssignment(cluster.PhaseJoin, cluster.RoleControlPlane)
	a.Join = nil
	if err := e.Apply(t.Context(), a); !isPending(err) {
		t.Errorf("applied without the secrets: %v", err)
	}
	r := e.Report()
	i := slices.IndexFunc(r.Steps, func(s cluster.Step) bool { return s.Name == "join" })
	if r.Error != "" || r.Steps[i].State != cluster.StepPending || !strings.Contains(r.Steps[i].Message, "waiting for the leader") {
		t.Errorf("%q, %+v", r.Error, r.Steps[i])
	}
}
