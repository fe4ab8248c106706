package cluster

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// reports builds what the leader has: reached phases in member order, all seen just now.
func reports(rec Record, now time.Time, reached ...Phase) map[string]Seen {
	seen := map[string]Seen{}
	for i, m := range rec.Plan.Members {
		s := Seen{LastSeen: now, Report: HostReport{ClusterID: rec.ID}}
		if i < len(reached) {
			s.Report.Reached = reached[i]
		}
		if m.Role == RoleInit && rank(s.Report.Reached) >= rank(PhaseJoin) {
			s.Report.CAHashes = []string{"sha256:ca"}
		}
		seen[m.Node.HostID] = s
	}
	return seen
}

func TestReconcilePhases(t *testing.T) {
	const none, prep, join, fin = Phase(""), PhasePrepare, PhaseJoin, PhaseFinalize
	// Members: init, control plane 2, control plane 3, worker 4, worker 5.
	tests := map[string]struct{ reached, want [5]Phase }{
		"all prepare":                   {[5]Phase{}, [5]Phase{prep, prep, prep, prep, prep}},
		"init joins first":              {[5]Phase{prep, prep, prep, prep, prep}, [5]Phase{join, prep, prep, prep, prep}},
		"init waits for itself only":    {[5]Phase{prep, none, none, none, none}, [5]Phase{join, prep, prep, prep, prep}},
		"nobody before init":            {[5]Phase{none, prep, prep, prep, prep}, [5]Phase{prep, prep, prep, prep, prep}},
		"one learner, workers together": {[5]Phase{join, prep, prep, prep, prep}, [5]Phase{join, join, prep, join, join}},
		"the next learner":              {[5]Phase{join, join, prep, prep, join}, [5]Phase{join, join, join, join, join}},
		"order holds":                   {[5]Phase{join, none, prep, none, prep}, [5]Phase{join, prep, prep, prep, join}},
		"not yet":                       {[5]Phase{join, join, join, join, prep}, [5]Phase{join, join, join, join, join}},
		"finalize":                      {[5]Phase{join, join, join, join, join}, [5]Phase{fin, fin, fin, fin, fin}},
		"stays":                         {[5]Phase{fin, fin, fin, join, fin}, [5]Phase{fin, fin, fin, fin, fin}},
		"unknown phase is none":         {[5]Phase{"warp", prep, prep, prep, prep}, [5]Phase{prep, prep, prep, prep, prep}},
		"no host deletes itself":        {[5]Phase{PhaseDelete, prep, prep, prep, prep}, [5]Phase{prep, prep, prep, prep, prep}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rec := testRecord(t, 2)
			out := Reconcile(rec, reports(rec, t0, tt.reached[:]...), t0)
			for i, m := range rec.Plan.Members {
				if got := out.Assignments[m.Node.HostID].Phase; got != tt.want[i] {
					t.Errorf("member %d: %s, want %s", i, got, tt.want[i])
				}
			}
			if out.State != StateProvisioning || out.Gone {
				t.Errorf("state %s, gone %v", out.State, out.Gone)
			}
			if again := Reconcile(rec, reports(rec, t0, tt.reached[:]...), t0); !reflect.DeepEqual(out, again) {
				t.Error("the same input gave another output")
			}
		})
	}
}

func TestReconcileNeedsCAHashes(t *testing.T) {
	rec := testRecord(t, 1)
	seen := reports(rec, t0, PhaseJoin, PhasePrepare, PhasePrepare, PhasePrepare)
	s := seen["id-0"]
	s.Report.CAHashes = nil
	seen["id-0"] = s
	for id, a := range Reconcile(rec, seen, t0).Assignments {
		if id != "id-0" && a.Phase != PhasePrepare {
			t.Errorf("%s: %s without a pin of the CA", id, a.Phase)
		}
	}
}

func TestAssignmentSecrets(t *testing.T) {
	rec := testRecord(t, 1)
	out := Reconcile(rec, reports(rec, t0), t0)
	for id, a := range out.Assignments {
		if a.Init != nil || a.Join != nil {
			t.Errorf("%s has a secret while it prepares", id)
		}
		if len(a.Peers) != 4 || a.Config.ClusterID != "c1" {
			t.Errorf("%s: %d peers, cluster %q", id, len(a.Peers), a.Config.ClusterID)
		}
	}
	out = Reconcile(rec, reports(rec, t0, PhaseJoin, PhasePrepare, PhasePrepare, PhasePrepare), t0)
	if a := out.Assignments["id-0"]; a.Init == nil || *a.Init != rec.Secret || a.Join != nil {
		t.Errorf("init host: %+v", a)
	}
	j := out.Assignments["id-1"].Join
	if j == nil || j.Secret != rec.Secret || j.Endpoint != "192.0.2.10:6443" || j.CAHashes[0] != "sha256:ca" {
		t.Errorf("control-plane host joins with %+v", j)
	}
	if w := out.Assignments["id-3"].Join; w == nil || w.Token != rec.Secret.Token || w.CertificateKey != "" {
		t.Errorf("worker joins with %+v", w)
	}
}

func TestProgressSurvivesForgottenReports(t *testing.T) {
	rec := testRecord(t, 0)
	rec.Progress = Reconcile(rec, reports(rec, t0, PhaseJoin, PhaseJoin, PhasePrepare), t0).Progress
	out := Reconcile(rec, nil, t0) // the leader has just started
	if a := out.Assignments["id-2"]; a.Phase != PhaseJoin || len(a.Join.CAHashes) != 1 {
		t.Errorf("after a restart of the leader: %+v", a)
	}
	stale := reports(rec, t0, PhaseFinalize, PhaseFinalize, PhaseFinalize)
	for id, s := range stale {
		s.Report.ClusterID = "an earlier cluster"
		stale[id] = s
	}
	if got := Reconcile(rec, stale, t0).Progress; !reflect.DeepEqual(got, rec.Progress) {
		t.Errorf("reports about another cluster count: %+v", got)
	}
}

func TestJudge(t *testing.T) {
	all := []Phase{PhaseFinalize, PhaseFinalize, PhaseFinalize}
	type world struct {
		rec  *Record
		seen map[string]Seen
		st   *Status
	}
	set := func(w world, id string, f func(*Seen)) {
		s := w.seen[id]
		f(&s)
		w.seen[id] = s
	}
	tests := map[string]struct {
		change func(world)
		ran    bool
		state  State
		reason string
	}{
		"good":           {func(world) {}, false, StateRunning, ""},
		"good again":     {func(world) {}, true, StateRunning, ""},
		"node first":     {func(w world) { w.st.Nodes[1].Ready = false }, false, StateProvisioning, "node host-1 not ready"},
		"node not ready": {func(w world) { w.st.Nodes[1].Ready, w.st.Nodes[1].Reason = false, "no CNI" }, true, StateDegraded, "node host-1 not ready: no CNI"},
		"node missing":   {func(w world) { w.st.Nodes = w.st.Nodes[:2] }, true, StateDegraded, "node host-2 is not in the Kubernetes API"},
		"application":    {func(w world) { w.st.Applications[2].Status, w.st.Applications[2].Message = "Failed", "1 of 3 pods" }, true, StateDegraded, "application calico is failed: 1 of 3 pods"},
		"no application": {func(w world) { w.st.Applications = nil }, true, StateDegraded, "application calico is not reported"},
		"old status":     {func(w world) { w.st.ReadAt = t0.Add(-2 * time.Minute) }, true, StateDegraded, "could read the Kubernetes API for 2m0s"},
		"no status":      {func(w world) { set(w, "id-0", func(s *Seen) { s.Report.Status = nil }) }, true, StateDegraded, "no control-plane host can read"},
		"other is fresher": {func(w world) {
			w.st.Nodes[1].Ready = false
			set(w, "id-2", func(s *Seen) { s.Report.Status = goodStatus(*w.rec, t0.Add(time.Second)) })
		}, true, StateRunning, ""},
		"host silent": {func(w world) { set(w, "id-1", func(s *Seen) { s.LastSeen = t0.Add(-45 * time.Second) }) }, true, StateDegraded, "host host-1 not seen for 45s"},
		"host short silence": {func(w world) { set(w, "id-1", func(s *Seen) { s.LastSeen = t0.Add(-UnseenAfter) }) }, true,
			StateRunning, ""},
		"never reported": {func(w world) { delete(w.seen, "id-1") }, true, StateDegraded, "host host-1 has not reported yet"},
		"host error":     {func(w world) { set(w, "id-1", func(s *Seen) { s.Report.Error = "kubelet died" }) }, true, StateDegraded, "host host-1: kubelet died"},
		"error at first": {func(w world) { set(w, "id-1", func(s *Seen) { s.Report.Error = "kubelet died" }) }, false, StateError, "host host-1: kubelet died"},
		"error in join": {func(w world) {
			w.rec.Progress = Progress{}
			set(w, "id-1", func(s *Seen) { s.Report.Error, s.Report.Reached = "no image", PhasePrepare })
		}, false, StateError, "host host-1: no image"},
		"waits": {func(w world) {
			w.rec.Progress = Progress{}
			set(w, "id-1", func(s *Seen) { s.Report.Reached = PhasePrepare })
		}, false, StateProvisioning, "joining host-1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rec := testRecord(t, 0)
			rec.Progress.Ran = tt.ran
			w := world{rec: &rec, seen: reports(rec, t0, all...), st: goodStatus(rec, t0)}
			set(w, "id-0", func(s *Seen) { s.Report.Status = w.st })
			tt.change(w)
			out := Reconcile(rec, w.seen, t0)
			if out.State != tt.state || !strings.Contains(out.Reason, tt.reason) || (tt.reason == "") != (out.Reason == "") {
				t.Errorf("%s %q, want %s with %q", out.State, out.Reason, tt.state, tt.reason)
			}
			if out.Progress.Ran != (tt.ran || tt.state == StateRunning) {
				t.Errorf("ran = %v", out.Progress.Ran)
			}
		})
	}
}

func TestReasonIsBounded(t *testing.T) {
	if got := reason(strings.Split("a b c d e f g", " ")); got != "a; b; c; d; e; and 2 more" {
		t.Error(got)
	}
}

func TestReconcileDelete(t *testing.T) {
	rec := testRecord(t, 0)
	rec.Progress.Reached = map[string]Phase{"id-0": PhaseFinalize}
	rec.Deleting = true
	seen := reports(rec, t0, PhaseFinalize, PhaseDelete, PhasePrepare)
	s := seen["id-2"]
	s.LastSeen = t0.Add(-time.Hour)
	seen["id-2"] = s
	out := Reconcile(rec, seen, t0)
	if out.Gone || out.State != StateDeleting || !strings.Contains(out.Reason, "not reachable: host-2") || !strings.Contains(out.Reason, "from host-0") {
		t.Errorf("%+v", out)
	}
	for id, a := range out.Assignments {
		if a.Phase != PhaseDelete || a.Join != nil || a.Init != nil {
			t.Errorf("%s: %+v", id, a)
		}
	}
	rec.Progress = out.Progress
	rec.Force = true
	s = seen["id-0"]
	s.Report.Error = "a mount is busy"
	seen["id-0"] = s
	out = Reconcile(rec, seen, t0)
	if out.Gone || !reflect.DeepEqual(out.Abandoned, []string{"host-2"}) || !strings.Contains(out.Reason, "host host-0: a mount is busy") {
		t.Errorf("force gives up on silent hosts only: %+v", out)
	}
	s.Report.Error, s.Report.Reached = "", PhaseDelete
	seen["id-0"] = s
	seen["id-1"] = Seen{LastSeen: t0} // it has forgotten the cluster; the record has not
	if out = Reconcile(rec, seen, t0); !out.Gone || out.Reason != "" {
		t.Errorf("not gone: %+v", out)
	}
}

func TestCAHashesArePinned(t *testing.T) {
	rec := testRecord(t, 0)
	say := func(reached Phase, hash string) {
		seen := reports(rec, t0, reached)
		s := seen["id-0"]
		s.Report.CAHashes = []string{hash}
		seen["id-0"] = s
		rec.Progress = Reconcile(rec, seen, t0).Progress
	}
	say(PhasePrepare, "sha256:of an init that failed")
	say(PhaseJoin, "sha256:real")
	say(PhaseJoin, "sha256:forged")
	if got := rec.Progress.CAHashes; !reflect.DeepEqual(got, []string{"sha256:real"}) {
		t.Errorf("%v", got)
	}
}

func TestWorkersDoNotSpeakForTheCluster(t *testing.T) {
	rec := testRecord(t, 1)
	seen := reports(rec, t0, PhaseFinalize, PhaseFinalize, PhaseFinalize, PhaseFinalize)
	s := seen["id-3"]
	s.Report.Status = goodStatus(rec, t0)
	seen["id-3"] = s
	if out := Reconcile(rec, seen, t0); out.State == StateRunning {
		t.Error("a worker's word made the cluster Running")
	}
}
