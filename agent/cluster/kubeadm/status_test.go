package kubeadm

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
)

func pod(name, image, ready string, change ...func(*apiObject)) apiObject {
	o := apiObject{Kind: "Pod", Metadata: apiMetadata{Name: name}}
	o.Spec.Containers = []apiContainer{{Image: image}}
	o.Spec.NodeName = "h1"
	o.Status.Phase = "Running"
	o.Status.Conditions = []apiCondition{{Type: "Ready", Status: ready}}
	for _, c := range change {
		c(&o)
	}
	return o
}

func waiting(reason string) func(*apiObject) {
	return func(o *apiObject) {
		o.Status.ContainerStatuses = []apiState{{}}
		o.Status.ContainerStatuses[0].State.Waiting = &struct {
			Reason string `json:"reason"`
		}{reason}
	}
}

func TestApplication(t *testing.T) {
	cni := pack{PackConfig: PackConfig{Name: "calico", Layer: "cni", Images: []string{"calico/node"}, Manifests: []string{"m"}}}
	core := pack{PackConfig: PackConfig{Name: "kubernetes", Layer: "kubernetes", Images: []string{"kube-proxy"}, Checks: []string{"dns", "unheard-of"}}}
	all := map[string]error{probePodNetwork: nil, probeAPI: nil, probeDNS: nil}
	for name, c := range map[string]struct {
		pack    pack
		pods    []apiObject
		results map[string]error
		status  string
		message string
	}{
		"sound":      {cni, []apiObject{pod("a", "calico/node", "True"), pod("other", "x", "False")}, all, appRunning, "1 of 1 pods are ready; pods answer at their addresses"},
		"no pod yet": {cni, nil, map[string]error{}, appProgressing, "none of its pods exists yet"},
		"crashing": {cni, []apiObject{pod("a", "calico/node", "False", waiting("CrashLoopBackOff"))}, all, appProgressing,
			"0 of 1 pods are ready; pod a on h1 is CrashLoopBackOff; pods answer at their addresses"},
		"ready pods that do nothing": {core, []apiObject{pod("proxy", "kube-proxy", "True")}, map[string]error{probeAPI: nil, probeDNS: errors.New("timeout")}, appFailed,
			"1 of 1 pods are ready; the API server answers; cluster DNS: timeout"},
		"probe to come": {core, []apiObject{pod("proxy", "kube-proxy", "True")}, map[string]error{probeDNS: pendingError("not probed yet")}, appProgressing,
			"1 of 1 pods are ready; cluster DNS: not probed yet"},
		"finished pods do not count": {cni, []apiObject{pod("a", "calico/node", "True"), pod("job", "calico/node", "False", func(o *apiObject) { o.Status.Phase = "Succeeded" })}, all, appRunning,
			"1 of 1 pods are ready; pods answer at their addresses"},
	} {
		got, shown := application(c.pack, c.pods, c.results)
		if !shown || got.Status != c.status || got.Message != c.message {
			t.Errorf("%s: %v, %+v", name, shown, got)
		}
	}
	if _, shown := application(pack{PackConfig: PackConfig{Name: "debian", Layer: "os"}}, nil, all); shown {
		t.Error("a pack without pods and functions is shown")
	}
}

func TestReadStatus(t *testing.T) {
	w := newWorld(t)
	e := testEngine(t, w)
	a := testAssignment(cluster.PhaseFinalize, cluster.RoleInit)
	mustApply(t, e, a)
	w.raw = map[string]string{"/api/v1/nodes": `{"items":[
	 {"metadata":{"name":"host2","labels":{}},"status":{"conditions":[{"type":"Ready","status":"Unknown","message":"Kubelet stopped posting node status."}]}},
	 {"metadata":{"name":"host1","labels":{"node-role.kubernetes.io/control-plane":""}},
	  "status":{"conditions":[{"type":"DiskPressure","status":"True","message":"disk is full"},{"type":"Ready","status":"True"}],
	   "addresses":[{"type":"Hostname","address":"host1"},{"type":"InternalIP","address":"10.77.0.11"}],"nodeInfo":{"kubeletVersion":"v1.32.3"}}}]}`, "/api/v1/pods": `{"items":[
	 {"metadata":{"name":"p"},"spec":{"containers":[{"image":"ghcr.io/kube-vip/kube-vip:v0.9.2"}]},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}]}`}
	s, err := e.readStatus(context.Background(), a)
	if err != nil {
		t.Fatal(err)
	}
	want := []cluster.NodeStatus{
		{Name: "host1", Role: "control-plane", Ready: true, Version: "v1.32.3", Address: "10.77.0.11", Reason: "disk is full"},
		{Name: "host2", Role: "worker", Reason: "Kubelet stopped posting node status."},
	}
	if !reflect.DeepEqual(s.Nodes, want) {
		t.Errorf("nodes %+v", s.Nodes)
	}
	if s.VIPHolder != "host1" || s.ReadAt.IsZero() {
		t.Errorf("status %+v", s)
	}
	var lines []string
	for _, app := range s.Applications {
		lines = append(lines, app.Name+": "+app.Status+": "+app.Message)
	}
	golden(t, "status.txt", strings.Join(lines, "\n")+"\n")
	w.raw["/api/v1/pods"] = "{"
	if _, err := e.readStatus(context.Background(), a); err == nil {
		t.Error("half an answer was taken for one")
	}
}

func FuzzStatusJSON(f *testing.F) {
	f.Add(`{"items":[{"kind":"Node","status":{"conditions":[{"type":"Ready"}]}},{"kind":"Pod"}]}`)
	f.Fuzz(func(t *testing.T, s string) {
		list, err := parseJSON[apiList]([]byte(s))
		if err != nil {
			return
		}
		nodeStatuses(list.Items)
		application(pack{PackConfig: PackConfig{Images: []string{""}}}, list.Items, nil)
	})
}

// A pod that makes or cleans a volume comes and goes; it must not make a running cluster look degraded.
func TestPodsThatRunOnceAreNotCounted(t *testing.T) {
	p := pack{PackConfig: PackConfig{Images: []string{"helper:1"}}}
	pod := func(policy string) apiObject {
		o := apiObject{Kind: "Pod"}
		o.Spec.RestartPolicy = policy
		o.Spec.Containers = []apiContainer{{Image: "helper:1"}}
		return o
	}
	if total, ready, _ := countPods(p, []apiObject{pod("Never"), pod("Always")}); total != 1 || ready != 0 {
		t.Errorf("%d of %d pods, want 0 of 1", ready, total)
	}
}

// Feature 117. An application tells when its pods last changed; other pods do not count.
func TestLastChange(t *testing.T) {
	at := func(minute int) func(*apiObject) {
		return func(o *apiObject) {
			o.Status.Conditions[0].LastTransitionTime = time.Date(2026, 1, 1, 0, minute, 0, 0, time.UTC)
		}
	}
	p := pack{PackConfig: PackConfig{Images: []string{"calico/node"}}}
	items := []apiObject{pod("a", "calico/node", "True", at(2)), pod("b", "calico/node", "False", at(5)), pod("other", "x", "True", at(9))}
	if got := lastChange(p, items); got.Minute() != 5 {
		t.Errorf("changed at %s", got)
	}
	if got := lastChange(p, nil); !got.IsZero() {
		t.Errorf("without pods at %s", got)
	}
}
