package kubeadm

import (
	"encoding/base64"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
)

// member makes the host of the world a member of the cluster of a.
func (w *world) member(t *testing.T, e *Engine, a cluster.Assignment) {
	t.Helper()
	for _, f := range joinedFiles(a.Role) {
		w.put(f, "x")
	}
	if err := e.writeJSON(joinedFile, joinedRecord{ClusterID: a.Config.ClusterID, Role: a.Role}); err != nil {
		t.Fatal(err)
	}
	e.Assign(a)
}

// Feature 119. Both forms of events are read, and only so many.
func TestEvents(t *testing.T) {
	w := newWorld(t)
	e := testEngine(t, w)
	if _, _, err := e.Events(t.Context(), "", 10); !errors.Is(err, ErrNoControlPlane) {
		t.Errorf("without a cluster: %v", err)
	}
	w.member(t, e, testAssignment(cluster.PhaseFinalize, cluster.RoleControlPlane))
	w.raw = map[string]string{
		"/api/v1/events?limit=2000": `{"metadata":{"continue":"abc"},"items":[
{"metadata":{"namespace":"a","creationTimestamp":"2026-01-02T03:00:00Z"},"involvedObject":{"kind":"Pod","name":"web"},"type":"Warning","reason":"BackOff","message":"again\n","count":7,"firstTimestamp":"2026-01-02T03:00:00Z","lastTimestamp":"2026-01-02T03:05:00Z"},
{"metadata":{"namespace":"b","creationTimestamp":"2026-01-02T03:00:00Z"},"involvedObject":{"kind":"Node","name":"h1"},"type":"Normal","reason":"Seen","eventTime":"2026-01-02T03:01:00.123456Z","series":{"count":3,"lastObservedTime":"2026-01-02T03:09:00Z"}}]}`,
		"/api/v1/namespaces/kube-system/events?limit=2000": `{"items":[]}`,
	}
	got, more, err := e.Events(t.Context(), "", 10)
	at := time.Date(2026, 1, 2, 3, 5, 0, 0, time.UTC)
	want := []cluster.Event{{Time: at.Add(4 * time.Minute), Type: "Normal", Reason: "Seen", Namespace: "b", Object: "node/h1", Count: 3},
		{Time: at, Type: "Warning", Reason: "BackOff", Namespace: "a", Object: "pod/web", Message: "again", Count: 7}}
	if err != nil || !more || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v, %v", got, more, err)
	}
	if got, more, err := e.Events(t.Context(), "kube-system", 10); err != nil || more || len(got) != 0 {
		t.Errorf("of an empty namespace: %v, %v, %v", got, more, err)
	}
	if _, _, err := e.Events(t.Context(), "a/../../secrets", 10); err == nil || !strings.Contains(err.Error(), "no name") {
		t.Errorf("a path as namespace: %v", err)
	}
}

// Feature 121.
func TestServices(t *testing.T) {
	w := newWorld(t)
	e := testEngine(t, w)
	w.member(t, e, testAssignment(cluster.PhaseFinalize, cluster.RoleInit))
	w.raw = map[string]string{"/api/v1/services?limit=500": `{"items":[
{"metadata":{"namespace":"default","name":"web"},"spec":{"type":"LoadBalancer","clusterIP":"100.64.64.9","externalIPs":["192.0.2.1"],"ports":[{"name":"http","port":80,"protocol":"TCP","nodePort":30080}]},"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.2"},{"hostname":"lb"}]}}},
{"metadata":{"namespace":"default","name":"headless"},"spec":{"type":"ClusterIP","clusterIP":"None"}},
{"metadata":{"namespace":"default","name":"away"},"spec":{"type":"ExternalName","externalName":"example.org"}}]}`}
	got, err := e.Services(t.Context())
	want := []cluster.Service{
		{Namespace: "default", Name: "web", Type: "LoadBalancer", Address: "100.64.64.9", External: []string{"192.0.2.1", "192.0.2.2", "lb"}, Ports: []cluster.ServicePort{{Name: "http", Port: 80, Protocol: "TCP", NodePort: 30080}}},
		{Namespace: "default", Name: "headless", Type: "ClusterIP", Ports: []cluster.ServicePort{}},
		{Namespace: "default", Name: "away", Type: "ExternalName", Address: "example.org", Ports: []cluster.ServicePort{}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

// Feature 123. Certificates are found in files and in kubeconfigs; what is none is left out.
func TestCertificates(t *testing.T) {
	w := newWorld(t)
	e := testEngine(t, w)
	w.put(caFile, testCA)
	w.put(kubernetesDir+"/pki/apiserver.crt", testCA)
	w.put(kubernetesDir+"/pki/etcd/peer.crt", testCA)
	w.put(kubernetesDir+"/pki/broken.crt", "nothing")
	w.put(adminConf, "users:\n- user:\n    client-certificate-data: "+base64.StdEncoding.EncodeToString([]byte(testCA))+"\n")
	var names []string
	for _, c := range e.certificates() {
		names = append(names, c.Name)
		if c.NotAfter.Year() != 2036 {
			t.Errorf("%s ends %s", c.Name, c.NotAfter)
		}
	}
	if want := []string{"apiserver", "ca", "etcd peer", "kubeconfig admin"}; !reflect.DeepEqual(names, want) {
		t.Errorf("found %v", names)
	}
	a := testAssignment(cluster.PhaseFinalize, cluster.RoleInit)
	e.begin(a, nil)
	e.noteCertificates(a)
	if r := e.Report(); len(r.Certificates) != 4 {
		t.Errorf("reported %+v", r.Certificates)
	}
}

// Feature 118. From the first phase on, the report has the steps of the whole way.
func TestLayout(t *testing.T) {
	w := newWorld(t)
	e := testEngine(t, w)
	names := func(phase cluster.Phase, role cluster.Role) (out []string) {
		a := testAssignment(phase, role)
		steps, err := e.steps(a)
		if err != nil {
			t.Fatal(err)
		}
		all, err := e.layout(a, steps)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range all {
			out = append(out, s.name)
		}
		return out
	}
	early, late := names(cluster.PhasePrepare, cluster.RoleWorker), names(cluster.PhaseFinalize, cluster.RoleWorker)
	if !reflect.DeepEqual(early, late) || len(early) < 8 {
		t.Errorf("a worker sees %v, then %v", early, late)
	}
	joining := strings.Join(names(cluster.PhaseJoin, cluster.RoleInit), " ")
	if !strings.Contains(joining, "node join-secrets dns") || !strings.HasSuffix(joining, "secrets-gone certificates") {
		t.Errorf("the init host sees %s", joining)
	}
	if gone := names(cluster.PhaseDelete, cluster.RoleInit); gone[0] != "remove-kubelet" {
		t.Errorf("deleting shows %v", gone)
	}
}
