package cluster

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

const specYAML = `name: demo
vip: 192.0.2.100
definition: {name: default}
tags: {site: lab}
variables: {registryPort: 30003, inClusterRegistry: true, release: 1.10}
ntpServers: [pool.example.com]
pools:
  - name: cp
    role: control-plane
    workerCapable: true
    labels: {example.com/rack: r1}
    taints: [{key: gpu, effect: NoSchedule}]
    hosts: [{host: host-0, adapter: eth0, name: one}]
`

func TestParseSpec(t *testing.T) {
	want := Spec{Name: "demo", VIP: "192.0.2.100", Definition: DefinitionRef{Name: "default"}, Tags: map[string]string{"site": "lab"},
		Variables:  map[string]string{"registryPort": "30003", "inClusterRegistry": "true", "release": "1.10"},
		NTPServers: []string{"pool.example.com"},
		Pools: []Pool{{Name: "cp", Role: RoleControlPlane, WorkerCapable: true, Labels: map[string]string{"example.com/rack": "r1"},
			Taints: []Taint{{Key: "gpu", Effect: "NoSchedule"}}, Hosts: []PoolHost{{Host: "host-0", Adapter: "eth0", Name: "one"}}}}}
	got, err := ParseSpec([]byte(specYAML))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("YAML: %+v, %v", got, err)
	}
	for _, indent := range []string{"", "  ", "\t"} {
		b, err := json.MarshalIndent(want, "", indent)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ParseSpec(b); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("JSON indented by %q: %+v, %v", indent, got, err)
		}
	}
}

func TestParseSpecRefuses(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"empty":         {"", "empty"},
		"too large":     {strings.Repeat("#", MaxSpecBytes+1), "at most"},
		"unknown key":   {"name: x\nvipp: y", "vipp"},
		"unknown below": {"pools: [{name: x, hosts: [{hots: y}]}]", "hots"},
		"repeated key":  {"name: x\nname: y", "already defined"},
		"JSON repeated": {`{"name": "x", "name": "y"}`, "already defined"},
		"two documents": {"name: x\n---\nname: y", "more than one"},
		"wrong type":    {"name: [x]", "cannot be read"},
		"line is named": {"name: x\nvip: y\nfoo: z", "line 3"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := ParseSpec([]byte(tt.in)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

// FuzzSpec: whatever the bytes, parsing, completing, validating and planning end with an answer, and what is accepted is a plan
// that is sound.
func FuzzSpec(f *testing.F) {
	f.Add([]byte(specYAML))
	f.Add([]byte("name: demo\nvip: 192.0.2.100\n"))
	f.Add([]byte("name: demo\ncontrolPlaneEndpoint: lb.example.com:443\n"))
	f.Add([]byte(`{"name":"demo","vip":"192.0.2.100","pools":[{"name":"a","role":"control-plane","hosts":[{"host":"host-1"}]}]}`))
	hosts := testHosts(3)
	f.Fuzz(func(t *testing.T, data []byte) {
		spec, err := ParseSpec(data)
		if err != nil {
			return
		}
		plan, err := MakePlan(spec, testStack(), hosts)
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for i, m := range plan.Members {
			if (i == 0) != (m.Role == RoleInit) || m.Node.Address == "" || seen[m.Node.HostID] || seen[m.Node.Name] {
				t.Errorf("member %d: %+v", i, m)
			}
			seen[m.Node.HostID], seen[m.Node.Name] = true, true
		}
	})
}

// FuzzReport: a host's report is a peer's word; it must not upset the leader nor reach further than the host itself.
func FuzzReport(f *testing.F) {
	f.Add([]byte(`{"clusterId":"c1","reached":"join","caHashes":["x"],"status":{"nodes":[{"name":"host-0"}]}}`))
	f.Add([]byte(`{"clusterId":"c1","reached":"delete","error":"x"}`))
	rec := testRecord(f, 1)
	f.Fuzz(func(t *testing.T, data []byte) {
		var r HostReport
		if json.Unmarshal(data, &r) != nil {
			return
		}
		seen := reports(rec, t0)
		seen["id-1"] = Seen{Report: r, LastSeen: t0}
		out := Reconcile(rec, seen, t0)
		if out.Gone || out.State == StateRunning || len(out.Progress.CAHashes) > 0 {
			t.Errorf("one control-plane host alone decided: %+v", out)
		}
		for id, a := range out.Assignments {
			if id != "id-1" && a.Phase != PhasePrepare {
				t.Errorf("%s was sent to %s", id, a.Phase)
			}
		}
		Summarize(rec, seen, out, t0)
		Lifecycle(rec, seen)
	})
}
