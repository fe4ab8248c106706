package cluster

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tests/e2e/drive"
	"github.com/slipway-os/slipway/tests/e2e/suite"
	"github.com/slipway-os/slipway/tests/lab"
)

// plan: every check is met, and twice the same plan has the same hash.
func (g *group) plan(t *testing.T) {
	ask := func() api.Plan {
		return suite.Decode[api.Plan](t, suite.On(t, g.Host(1), drive.Spec("e2e"), "cluster", "plan", "-f", "-", "-o", "json"))
	}
	one, two := ask(), ask()
	if one.Hash == "" || one.Hash != two.Hash || len(one.Nodes) != 3 || len(one.Checks) < 30 {
		t.Errorf("hash %s, then %s; %d nodes, %d checks", one.Hash, two.Hash, len(one.Nodes), len(one.Checks))
	}
	suite.On(t, g.Host(2), drive.Spec("e2e"), "cluster", "plan", "-f", "-").Refused(t, "do this there")
	suite.On(t, g.Host(1), drive.Spec("e2e"), "cluster", "create", "-f", "-", "--plan", "sha256:00").Refused(t, "look at the plan again")
	elsewhere := drive.Spec("e2e") + "variables:\n  storageDrive: /dev/vdz\n"
	suite.On(t, g.Host(1), elsewhere, "cluster", "create", "-f", "-", "--ignore", "vip-free").Refused(t, "storage-drive on h3")
	suite.On(t, g.Host(1), "name: e2e\nvpi: 10.77.0.100\n", "cluster", "plan", "-f", "-").Refused(t, "vpi")
}

// vipInUse: another machine of the network has the VIP. The check names it, and nothing is begun.
func (g *group) vipInUse(t *testing.T) {
	mac := g.otherMachine(t, "add")
	defer g.otherMachine(t, "del")
	r := suite.On(t, g.Host(1), drive.Spec("e2e"), "cluster", "plan", "-f", "-", "-o", "json")
	r.Refused(t, "checks are not met")
	r.Code = 0
	found := 0
	for _, k := range suite.Decode[api.Plan](t, r).Checks {
		if k.Id != "vip-free" {
			continue
		}
		found++
		if k.Status != api.Fail || !strings.Contains(strings.ToLower(k.Message), mac) || k.Fix == "" {
			t.Errorf("check vip-free does not name %s: %+v", mac, k)
		}
	}
	if found != 3 {
		t.Errorf("%d hosts looked for the VIP", found)
	}
	create := suite.On(t, g.Host(1), drive.Spec("e2e"), "cluster", "create", "-f", "-")
	create.Refused(t, "vip-free")
	create.Refused(t, mac)
	suite.On(t, g.Host(1), "", "cluster", "show").Refused(t, "no cluster here yet")
}

// otherMachine gives the bridge, which is a machine of the hosts' network, the VIP, or takes it back.
func (g *group) otherMachine(t *testing.T, verb string) (mac string) {
	t.Helper()
	inLab(t, g.Lab, "ip", "address", verb, drive.VIP+"/32", "dev", "br0")
	fields := strings.Fields(inLab(t, g.Lab, "ip", "-o", "link", "show", "br0"))
	for i, f := range fields {
		if f == "link/ether" {
			return fields[i+1]
		}
	}
	t.Fatal("the bridge has no MAC address")
	return ""
}

// maxKills bounds how often an agent is killed while the cluster is made.
const maxKills = 8

// createThroughKills kills the agents of all hosts, the leader's among them, when steps of theirs begin, chosen by chance.
func (g *group) createThroughKills(t *testing.T) {
	r := suite.On(t, g.Host(1), drive.Spec("e2e"), "cluster", "create", "-f", "-", "--detach", "-o", "json")
	id := suite.Decode[api.Operation](t, r).Id
	suite.On(t, g.Host(1), drive.Spec("e2e"), "cluster", "create", "-f", "-").Refused(t, "there is a cluster already")
	begun, kills := map[string]bool{}, map[string]int{}
	suite.Until(t, patience, func() (bool, error) {
		op, err := drive.JSON[api.Operation](t.Context(), g.Host(1), "operation", "show", id)
		if err != nil {
			return false, err // its agent was killed
		}
		if op.State != "running" {
			return true, nil
		}
		for _, s := range op.Steps {
			if s.State != "running" || begun[s.Name] {
				continue
			}
			begun[s.Name] = true
			g.killByChance(t, s.Name, kills)
		}
		return false, fmt.Errorf("%+v", op)
	})
	if kills["h1"] == 0 || kills["h2"]+kills["h3"] == 0 {
		t.Errorf("killed were only %v: the chances are wrong for the number of steps", kills)
	}
	if r := suite.On(t, g.Host(1), "", "operation", "wait", id); r.Code != 0 {
		t.Fatalf("the cluster was not made: %s", r.Stderr)
	}
}

// killByChance kills the agent of the host whose step has begun, or the leader's. The first two kills are sure.
func (g *group) killByChance(t *testing.T, step string, kills map[string]int) {
	t.Helper()
	name, _, _ := strings.Cut(step, ":")
	if rand.IntN(3) == 0 {
		name = "h1"
	}
	h, err := g.Find(name)
	if err != nil || kills["all"] >= maxKills || (kills[name] > 0 && rand.IntN(4) > 0) {
		return
	}
	kills[name]++
	kills["all"]++
	t.Logf("kill the agent of %s at %q", name, step)
	suite.KillAgent(t, h)
}

// kubectlHere asks the API server of the host that it is run on.
const kubectlHere = "/usr/local/bin/kubectl --kubeconfig /etc/kubernetes/admin.conf --server https://127.0.0.1:6443 -n kube-system "

// again makes a smaller cluster on what the first one left, with a load balancer in place of a VIP. Its worker comes when what it
// would join with has expired, as after two hours: the first host makes that anew. The hosts have neither gateway nor DNS, and a
// check that is not met is ignored by name. (Features 104, 107, 108, 109 and 111.)
func (g *group) again(t *testing.T) {
	b := &balancer{g: g, to: g.Host(2).Address().String() + ":6443"}
	b.start(t)
	defer b.stop() // the delete that follows must not need it
	spec := "name: again\ncontrolPlaneEndpoint: " + balancerAt + "\npools:\n- name: one\n  role: control-plane\n  workerCapable: true\n  hosts:\n  - host: h2\n" +
		"- name: late\n  role: worker\n  labels: {example.org/rack: r7}\n  taints: [{key: example.org/late, value: \"yes\", effect: NoSchedule}]\n" +
		"  hosts:\n  - {host: h3, name: latecomer}\n"
	late := g.Host(3)
	g.balancerFound(t, spec, "h2")
	spec += "variables: {storageDrive: /dev/vdz}\n"
	r := suite.On(t, g.Host(1), spec, "cluster", "create", "-f", "-", "--ignore", "storage-drive", "--detach", "-o", "json")
	id := suite.Decode[api.Operation](t, r).Id
	suite.Exec(t, late, "systemctl stop slipway-agent")
	suite.Until(t, patience, func() (bool, error) {
		out, err := g.Host(2).Exec(t.Context(), "sh", "-c", kubectlHere+"get secret kubeadm-certs -o name")
		return err == nil, fmt.Errorf("the first host has not joined: %s, %w", out, err)
	})
	secrets := kubectlHere + "delete secret kubeadm-certs; " + kubectlHere + "delete secret --field-selector=type=bootstrap.kubernetes.io/token"
	suite.Exec(t, g.Host(2), secrets)
	suite.Exec(t, late, "systemctl start slipway-agent")
	if r := suite.On(t, g.Host(1), "", "operation", "wait", id); r.Code != 0 {
		t.Fatalf("the cluster was not made: %s", r.Stderr)
	}
	k := g.waitRunning(t, time.Minute)
	g.stillAlone(t, g.Host(2), late)
	if len(k.Nodes) != 2 || ready(k) != 2 || k.Name != "again" {
		t.Errorf("%+v", k)
	}
	node := suite.Exec(t, g.Host(2), kubectlHere+"get node latecomer -o jsonpath='{.metadata.labels} {.spec.taints}'")
	for _, want := range []string{`"example.org/rack":"r7"`, `"key":"example.org/late"`} {
		if !strings.Contains(node, want) {
			t.Errorf("the worker lacks %s: %s", want, node)
		}
	}
	if left := suite.Exec(t, g.Host(2), kubectlHere+"get secret --field-selector=type=bootstrap.kubernetes.io/token -o name"); strings.TrimSpace(left) != "" {
		t.Errorf("anyone with the token can still join: %s", left)
	}
	for _, h := range []*lab.Host{g.Host(1), late} { // neither can ask Kubernetes itself
		if list := suite.OnJSON[[]api.ClusterService](t, h, "cluster", "services"); len(list) < 4 {
			t.Errorf("%s shows %d services", h.Name(), len(list))
		}
	}
	g.behindBalancer(t, b, g.Host(2))
}

// deletedByHand: what somebody took from a pack is there again by itself.
func (g *group) deletedByHand(t *testing.T) {
	const deployment = "deployment/local-path-provisioner"
	for _, args := range [][]string{{"delete", "storageclass", "local-path"}, {"-n", "local-path-storage", "delete", deployment}} {
		if _, err := g.Kubectl(t.Context(), args...); err != nil {
			t.Fatal(err)
		}
	}
	suite.Until(t, 2*time.Minute, func() (bool, error) {
		_, err := g.Kubectl(t.Context(), "-n", "local-path-storage", "get", "storageclass/local-path", deployment)
		return err == nil, err
	})
	g.waitRunning(t, time.Minute)
}
