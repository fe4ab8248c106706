package cluster

import (
	"slices"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// Feature 121.
func TestServiceLinks(t *testing.T) {
	for name, c := range map[string]struct {
		service Service
		want    []string
	}{
		"inside only": {Service{Type: "ClusterIP", Ports: []ServicePort{{Port: 80, Protocol: "TCP"}}}, []string{}},
		"node port":   {Service{Ports: []ServicePort{{Name: "web", Port: 3000, Protocol: "TCP", NodePort: 30080}}}, []string{"http://192.0.2.100:30080"}},
		"tls":         {Service{Ports: []ServicePort{{Port: 443, Protocol: "TCP", NodePort: 30443}}}, []string{"https://192.0.2.100:30443"}},
		"no http":     {Service{Ports: []ServicePort{{Name: "db", Port: 5432, Protocol: "TCP", NodePort: 30432}, {Name: "dns", Port: 53, Protocol: "UDP", NodePort: 30053}}}, []string{"tcp://192.0.2.100:30432", "udp://192.0.2.100:30053"}},
		"balanced":    {Service{External: []string{"192.0.2.7", "2001:db8::7"}, Ports: []ServicePort{{Name: "http", Port: 8000, Protocol: "TCP"}}}, []string{"http://192.0.2.7:8000", "http://[2001:db8::7]:8000"}},
	} {
		if got := c.service.Links("192.0.2.100"); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v", name, got)
		}
	}
	config := Config{Variables: map[string]string{VarInClusterRegistry: "true", VarRegistryPort: "30003"}}
	var links []string
	for _, s := range config.HostServices("192.0.2.100") {
		links = append(links, s.Links("")...)
	}
	if want := []string{"https://192.0.2.100:6443", "https://192.0.2.100:30003"}; !slices.Equal(links, want) {
		t.Errorf("of the hosts: %v", links)
	}
	config.Endpoint = "lb.example.com:443" // feature 104: it leads to the API server, and need not lead to the registry
	if all := config.HostServices("192.0.2.10"); !slices.Equal(all[0].Links(""), []string{"https://lb.example.com:443"}) ||
		all[1].Address != "lb.example.com" || !slices.Equal(all[1].Links(""), []string{"https://192.0.2.10:30003"}) {
		t.Errorf("behind a load balancer: %+v", all)
	}
}

func TestLatest(t *testing.T) {
	events := []Event{{Reason: "old", Time: t0}, {Reason: "new", Time: t0.Add(time.Minute)}, {Reason: "middle", Time: t0.Add(time.Second)}}
	got, more := Latest(events, 2)
	if !more || len(got) != 2 || got[0].Reason != "new" || got[1].Reason != "middle" {
		t.Errorf("%+v, %v", got, more)
	}
	if got, more := Latest(events, 3); more || len(got) != 3 {
		t.Errorf("%+v, %v", got, more)
	}
}

// What was deployed can be deployed again: the same spec gives the same plan, but for secrets.
func TestDeployed(t *testing.T) {
	rec := testRecord(t, 1)
	spec, missing := rec.Deployed()
	if !slices.Equal(missing, []string{"password"}) || spec.Variables["password"] != "" || spec.Definition.Version != "1.0.0" || spec.Variables[VarPodCIDR] == "" {
		t.Errorf("%+v, missing %v", spec, missing)
	}
	raw, err := yaml.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseSpec(raw)
	if err != nil {
		t.Fatalf("%v:\n%s", err, raw)
	}
	if p := mustPlan(t, again, testHosts(4)); p.Hash != mustPlan(t, rec.Spec, testHosts(4)).Hash {
		t.Errorf("another plan:\n%s", raw)
	}
}
