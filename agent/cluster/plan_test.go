package cluster

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestPlanMembers(t *testing.T) {
	spec := testPools(1)
	spec.Pools[0].Hosts[2].Name = "third"
	spec.Pools[0].Taints = []Taint{controlPlaneTaint} // asked for by hand: once is enough
	slices.Reverse(spec.Pools)                        // pools in any order: the control plane still comes first
	p := mustPlan(t, spec, testHosts(4))
	want := []Member{
		{Node{HostID: "id-0", Name: "host-0", Address: "192.0.2.10", Adapter: "eth0", Taints: []Taint{controlPlaneTaint}}, RoleInit, "cp"},
		{Node{HostID: "id-1", Name: "host-1", Address: "192.0.2.11", Adapter: "eth0", Taints: []Taint{controlPlaneTaint}}, RoleControlPlane, "cp"},
		{Node{HostID: "id-2", Name: "third", Address: "192.0.2.12", Adapter: "eth0", Taints: []Taint{controlPlaneTaint}}, RoleControlPlane, "cp"},
		{Node{HostID: "id-3", Name: "host-3", Address: "192.0.2.13", Adapter: "eth0", Labels: map[string]string{"example.com/rack": "r1"}}, RoleWorker, "w"},
	}
	if !reflect.DeepEqual(p.Members, want) {
		t.Errorf("members\n%+v\nwant\n%+v", p.Members, want)
	}
	if c := p.Config; c.ControlPlaneHosts != 3 || c.KubernetesVersion != "1.32.3" || c.PodCIDR != "100.64.0.0/18" || c.ClusterID != "" {
		t.Errorf("config %+v", c)
	}
	last := p.Steps[len(p.Steps)-1]
	if last != (PlanStep{"host-3", "join as a worker on 192.0.2.13"}) || len(p.Steps) != 4+1+2+2+1 {
		t.Errorf("%d steps, last %+v", len(p.Steps), last)
	}
}

func TestPlanAdapter(t *testing.T) {
	h := Host{Adapters: []AdapterFacts{
		{Name: "v6", Prefixes: []string{"2001:db8::1/64"}}, {Name: "ll", Prefixes: []string{"169.254.1.1/16"}},
		{Name: "vip", Prefixes: []string{"192.0.2.100/32", "192.0.2.10/24"}}, {Name: "route", DefaultRoute: true, Prefixes: []string{"198.51.100.1/24"}}}}
	for ask, want := range map[string]string{"": "198.51.100.1/24", "vip": "192.0.2.10/24", "v6": "", "ll": "", "none": ""} {
		_, p, ok := h.nodePrefix(ask)
		if ok != (want != "") || ok && p.String() != want {
			t.Errorf("adapter %q: %v %v, want %q", ask, p, ok, want)
		}
	}
	h.Adapters[3].DefaultRoute = false
	if name, _, _ := h.nodePrefix(""); name != "vip" {
		t.Errorf("without a default route: %s", name)
	}
}

func TestPlanHash(t *testing.T) {
	base := mustPlan(t, testPools(1), testHosts(4))
	if !strings.HasPrefix(base.Hash, "sha256:") || len(base.Hash) != 71 {
		t.Fatalf("hash %q", base.Hash)
	}
	noisy := testHosts(4)
	slices.Reverse(noisy)
	noisy[0].Version, noisy[1].Connected = "v2", false
	if p := mustPlan(t, testPools(1), noisy); p.Hash != base.Hash {
		t.Error("measured noise changes the hash")
	}
	base.Checks = []Check{{ID: "clock"}}
	if base.hash() != base.Hash {
		t.Error("checks change the hash")
	}
	changes := map[string]func(*Spec, *Stack){
		"vip":      func(s *Spec, _ *Stack) { s.VIP = "192.0.2.101" },
		"endpoint": func(s *Spec, _ *Stack) { s.VIP, s.ControlPlaneEndpoint = "", "192.0.2.100" },
		"host":     func(s *Spec, _ *Stack) { s.Pools[0].Hosts[1].Name = "other" },
		"pack":     func(_ *Spec, st *Stack) { st.Packs[2].Version = "3.29.0" },
		"digest":   func(_ *Spec, st *Stack) { st.Packs[2].Digest = "sha256:bb" },
		"variable": func(_ *Spec, st *Stack) { st.Variables["x"] = "y" },
		"blob":     func(_ *Spec, st *Stack) { st.Blobs = nil },
	}
	for name, change := range changes {
		spec, stack := testPools(1), testStack()
		change(&spec, &stack)
		if p, err := MakePlan(spec, stack, testHosts(4)); err != nil || p.Hash == base.Hash {
			t.Errorf("%s: the hash stays the same (%v)", name, err)
		}
	}
	stack := testStack()
	stack.Variables["password"] = "other"
	if p, _ := MakePlan(testPools(1), stack, testHosts(4)); p.Hash != base.Hash {
		t.Error("a masked value can be guessed from the hash")
	}
}

func TestPlanRedacted(t *testing.T) {
	p := mustPlan(t, testPools(0), testHosts(3))
	b, err := json.Marshal(p.Redacted())
	if err != nil || strings.Contains(string(b), "hunter2") {
		t.Errorf("the shown plan holds a masked value: %s", b)
	}
	if p.Config.Variables["password"] != "hunter2" {
		t.Error("the plan itself lost it")
	}
}

func TestRequests(t *testing.T) {
	reqs := mustPlan(t, testPools(1), testHosts(4)).Requests("r1")
	if len(reqs) != 4 {
		t.Fatalf("%d requests", len(reqs))
	}
	keys := func(ps []PortProbe) string {
		var out []string
		for _, p := range ps {
			out = append(out, p.Key())
		}
		return strings.Join(out, " ")
	}
	worker := reqs["id-3"]
	if worker.ID != "r1" || worker.VIP != "192.0.2.100" || worker.Address != "192.0.2.13" || len(worker.Peers) != 3 || len(worker.Blobs) != 1 {
		t.Errorf("worker: %+v", worker)
	}
	if got, want := keys(worker.Ports), "10250/tcp 10256/tcp 4789/udp 10248/tcp 10249/tcp"; got != want {
		t.Errorf("worker listens on %s", got)
	}
	if got, want := keys(worker.Peers[0].Ports), "6443/tcp 10250/tcp 10256/tcp 4789/udp"; got != want {
		t.Errorf("worker dials %s", got)
	}
	if got, want := keys(reqs["id-0"].Peers[0].Ports), "6443/tcp 2379/tcp 2380/tcp 10250/tcp 10256/tcp 4789/udp"; got != want {
		t.Errorf("control plane dials %s", got)
	}
}
