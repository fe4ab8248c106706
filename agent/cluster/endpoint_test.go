package cluster

import (
	"slices"
	"strings"
	"testing"
)

// Feature 104: a load balancer's address or name, with or without its port.
func TestParseEndpoint(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.50": "192.0.2.50:6443", "192.0.2.50:443": "192.0.2.50:443", "lb.example.com": "lb.example.com:6443", "LB.example.com:8443": "lb.example.com:8443", "lb": "lb:6443",
	} {
		if got, err := ParseEndpoint(in); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
	for _, bad := range []string{"", ":6443", "lb:", "lb:0", "lb:70000", "lb:x", "lb:-1", "192.0.2.300", "2001:db8::1", "[2001:db8::1]:6443", "127.0.0.1", "224.0.0.1", "0.0.0.0",
		"localhost", "api.localhost:6443", "https://lb", "lb/x", "a b", "lb_1", "lb:64:43", "lb\n:6443"} {
		if got, err := ParseEndpoint(bad); err == nil {
			t.Errorf("%q is taken as %q", bad, got)
		}
	}
}

// Feature 104: at most one of VIP and load balancer; neither only for one control-plane host.
func TestValidateEndpoint(t *testing.T) {
	for name, c := range map[string]struct {
		hosts         int
		vip, endpoint string
		field, want   string // "" is valid
	}{
		"load balancer by name":     {3, "", "lb.example.com", "", ""},
		"load balancer by address":  {3, "", "192.0.2.50:443", "", ""},
		"both":                      {3, "192.0.2.100", "lb.example.com", "controlPlaneEndpoint", "give one of the two"},
		"neither":                   {3, "", "", "vip", "or a load balancer"},
		"no name":                   {3, "", "lb_1", "controlPlaneEndpoint", "no host name"},
		"one of the hosts":          {3, "", "192.0.2.11", "controlPlaneEndpoint", "is host host-1 itself"},
		"among the pods":            {3, "", "100.64.0.9", "controlPlaneEndpoint", "inside the pod range"},
		"among the services":        {3, "", "100.64.64.9", "controlPlaneEndpoint", "inside the service range"},
		"alone":                     {1, "", "", "", ""},
		"alone with a name":         {1, "", "edge.example.com", "", ""},
		"alone by its address":      {1, "", "192.0.2.10", "", ""},
		"alone at a port of nobody": {1, "", "192.0.2.10:443", "controlPlaneEndpoint", "listens on port 6443"},
		"alone, its address as VIP": {1, "192.0.2.10", "", "", ""},
		"a host's address as VIP":   {3, "192.0.2.10", "", "vip", "address of host host-0"},
	} {
		t.Run(name, func(t *testing.T) {
			spec, hosts := testSpec(), testHosts(c.hosts)
			spec.VIP, spec.ControlPlaneEndpoint = c.vip, c.endpoint
			issues := Validate(Complete(spec, hosts), testStack(), hosts)
			found := slices.ContainsFunc(issues, func(i Issue) bool { return i.Field == c.field && strings.Contains(i.Message, c.want) })
			if c.field == "" && len(issues) > 0 || c.field != "" && !found {
				t.Errorf("issues %v, want %s %q", issues, c.field, c.want)
			}
		})
	}
}

// Feature 104: where the API server is, and that kube-vip has nothing to do but for a VIP that moves.
func TestAPIServer(t *testing.T) {
	for name, c := range map[string]struct {
		hosts         int
		vip, endpoint string
		at            string
		moving        bool
	}{
		"VIP":             {3, "192.0.2.100", "", "192.0.2.100:6443", true},
		"load balancer":   {3, "", "lb.example.com:443", "lb.example.com:443", false},
		"alone":           {1, "", "", "192.0.2.10:6443", false},
		"alone by name":   {1, "", "edge.example.com", "edge.example.com:6443", false},
		"alone, no mover": {1, "192.0.2.10", "", "192.0.2.10:6443", false},
		"alone with VIP":  {1, "192.0.2.100", "", "192.0.2.100:6443", true},
	} {
		spec, hosts := testSpec(), testHosts(c.hosts)
		spec.VIP, spec.ControlPlaneEndpoint = c.vip, c.endpoint
		p := mustPlan(t, spec, hosts)
		rec := NewRecord("c1", spec, p, Secret{}, t0)
		s := Summarize(rec, nil, Reconcile(rec, nil, t0), t0)
		if s.Endpoint != c.at || (s.VIP != "") != c.moving || p.Config.expects(Pack{Layer: "vip"}) != c.moving {
			t.Errorf("%s: at %s with VIP %q, want %s", name, s.Endpoint, s.VIP, c.at)
		}
		if req := p.Requests("r")["id-0"]; req.VIP != s.VIP || req.Endpoint != p.Config.Endpoint {
			t.Errorf("%s: a host is asked to look for VIP %q and load balancer %q", name, req.VIP, req.Endpoint)
		}
	}
}

// Feature 104: what the preflight says of a load balancer, and what of it stops the cluster.
func TestEndpointCheck(t *testing.T) {
	hosts := testHosts(4)
	spec := testPools(1)
	spec.VIP, spec.ControlPlaneEndpoint = "", "lb.example.com"
	p := mustPlan(t, spec, hosts)
	for name, c := range map[string]struct {
		found  *EndpointFacts
		status CheckStatus
		want   string
		fix    string
	}{
		"leads":     {&EndpointFacts{Addresses: []string{"192.0.2.50"}, HostID: "id-1"}, CheckOK, "lb.example.com:6443 leads to host-1", ""},
		"no answer": {&EndpointFacts{Addresses: []string{"192.0.2.50"}, Problem: "nothing answers there"}, CheckWarn, "(192.0.2.50) leads to no control-plane host: nothing answers there", "192.0.2.10:6443, 192.0.2.11:6443, 192.0.2.12:6443"},
		"a worker":  {&EndpointFacts{Addresses: []string{"192.0.2.50"}, HostID: "id-3"}, CheckWarn, "leads to no control-plane host", "192.0.2.10:6443"},
		"no name":   {&EndpointFacts{Problem: "no such host"}, CheckFail, "lb.example.com is not found: no such host", "DNS server"},
		"not tried": {nil, CheckUnknown, "was not tried", "again"},
	} {
		facts := goodFacts(p, hosts)
		for id, f := range facts {
			f.Endpoint = c.found
			facts[id] = f
		}
		seen := 0
		for _, k := range Checks(p, hosts, facts) {
			if k.ID == CheckVIPFree {
				t.Errorf("%s: a VIP is looked for: %+v", name, k)
			}
			if k.ID != CheckEndpoint {
				continue
			}
			seen++
			if k.Status != c.status || !strings.Contains(k.Message, c.want) || !strings.Contains(k.Fix, c.fix) {
				t.Errorf("%s: %+v", name, k)
			}
		}
		if seen != 4 {
			t.Errorf("%s: %d hosts looked for the load balancer", name, seen)
		}
	}
}
