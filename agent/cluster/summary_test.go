package cluster

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestSummarize(t *testing.T) {
	rec := testRecord(t, 1)
	all := []Phase{PhaseFinalize, PhaseFinalize, PhaseFinalize, PhaseFinalize}
	seen := reports(rec, t0, all...)
	s := seen["id-0"]
	s.Report.Status = goodStatus(rec, t0)
	seen["id-0"] = s
	got := Summarize(rec, seen, Reconcile(rec, seen, t0), t0)
	if got.State != StateRunning || got.Health != HealthHealthy || got.VIP != "192.0.2.100" || got.VIPHolder != "host-0" || got.Version != "1.32.3" {
		t.Errorf("%+v", got)
	}
	if n := got.Nodes[0]; n.Role != RoleControlPlane || !n.Ready || n.Version != "v1.32.3" || n.Host != "id-0" || n.Pool != "cp" {
		t.Errorf("%+v", n)
	}
	if a := got.Applications; len(a) != 3 || a[2].Name != "calico" || a[2].Status != "Running" {
		t.Errorf("%+v", a)
	}
	b, err := json.Marshal(got)
	for _, secret := range []string{rec.Secret.Token, "hunter2", `"certificateKey"`} {
		if err != nil || strings.Contains(string(b), secret) {
			t.Errorf("the summary holds %s", secret)
		}
	}
}

func TestSummaryTakesNoOldNews(t *testing.T) {
	rec := testRecord(t, 0)
	rec.Progress.Ran = true
	seen := reports(rec, t0, PhaseFinalize, PhaseFinalize, PhaseFinalize)
	s := seen["id-0"]
	s.Report.Status = goodStatus(rec, t0)
	seen["id-0"] = s
	later := t0.Add(time.Hour)
	got := Summarize(rec, seen, Reconcile(rec, seen, later), later)
	if got.State != StateDegraded || got.Health != HealthUnhealthy || got.Nodes[0].Ready || got.Applications[0].Status != "Unknown" {
		t.Errorf("%+v", got)
	}
	if got.Nodes[0].Reason == "" {
		t.Error("no reason for a silent host")
	}
}

func TestLifecycle(t *testing.T) {
	rec := testRecord(t, 0)
	seen := reports(rec, t0)
	put := func(id string, steps ...Step) {
		s := seen[id]
		s.Report.Steps = steps
		seen[id] = s
	}
	at := func(n int) time.Time { return t0.Add(time.Duration(n) * time.Second) }
	put("id-0", Step{Name: "images", StartedAt: at(1)}, Step{Name: "init", StartedAt: at(5)}, Step{Name: "finalize"})
	put("id-1", Step{Name: "images", StartedAt: at(2)}, Step{Name: "join"})
	other := seen["id-2"]
	other.Report.ClusterID, other.Report.Steps = "other", []Step{{Name: "old", StartedAt: at(0)}}
	seen["id-2"] = other
	var got []string
	for _, s := range Lifecycle(rec, seen) {
		got = append(got, s.Host+":"+s.Name)
	}
	if want := "host-0:images host-1:images host-0:init host-0:finalize host-1:join"; strings.Join(got, " ") != want {
		t.Errorf("%v", got)
	}
}

func TestPacksWithoutAnythingRunning(t *testing.T) {
	stack := testStack()
	stack.Packs = append(stack.Packs, Pack{Name: "files", Version: "1", Layer: "addon"})
	spec := testSpec()
	spec.VIP = ""
	plan, err := MakePlan(spec, stack, testHosts(1))
	if err != nil {
		t.Fatal(err)
	}
	rec := NewRecord("c1", spec, plan, Secret{}, t0)
	st := goodStatus(rec, t0)
	st.Applications = []Application{st.Applications[0], st.Applications[2]} // neither kube-vip nor the files
	seen := reports(rec, t0, PhaseFinalize)
	s := seen["id-0"]
	s.Report.Status = st
	seen["id-0"] = s
	out := Reconcile(rec, seen, t0)
	if out.State != StateRunning {
		t.Errorf("%s %q", out.State, out.Reason)
	}
	if got := Summarize(rec, seen, out, t0); len(got.Applications) != 2 {
		t.Errorf("%+v", got.Applications)
	}
	st.Applications = append(st.Applications, Application{Name: "files", Status: "Failed"})
	if out := Reconcile(rec, seen, t0); out.State == StateRunning {
		t.Error("a failed add-on is not seen")
	}
}
