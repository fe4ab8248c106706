package cluster

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// simHost is a host that works like the engine does: in small steps, forgetting everything but what is on its disk when it is
// killed.
type simHost struct {
	id    string
	disk  Phase // what is really done
	asked Assignment
	has   bool
	told  Phase // what the engine knows and reports; lost by a kill
}

// simulation is a leader and its hosts; every event is one small step of one of them.
type simulation struct {
	t      *testing.T
	rng    *rand.Rand
	rec    Record
	stored []byte // the record on the leader's disk
	seen   map[string]Seen
	hosts  []*simHost
	now    time.Time
	out    Output
	given  map[string]Phase
}

func newSimulation(t *testing.T, seed uint64, workers int) *simulation {
	s := &simulation{t: t, rng: rand.New(rand.NewPCG(seed, 1)), rec: testRecord(t, workers), seen: map[string]Seen{}, now: t0,
		given: map[string]Phase{}}
	for _, m := range s.rec.Plan.Members {
		s.hosts = append(s.hosts, &simHost{id: m.Node.HostID})
	}
	s.store()
	return s
}

func (s *simulation) store() {
	b, err := json.Marshal(s.rec)
	if err != nil {
		s.t.Fatal(err)
	}
	s.stored = b
}

// reconcile is what the leader does whenever something changed; it checks what must always hold.
func (s *simulation) reconcile() {
	s.out = Reconcile(s.rec, s.seen, s.now)
	s.rec.Progress = s.out.Progress
	s.store()
	joining := []string{}
	for i, m := range s.rec.Plan.Members {
		a := s.out.Assignments[m.Node.HostID]
		if rank(a.Phase) < rank(s.given[m.Node.HostID]) {
			s.t.Fatalf("%s was taken back from %s to %s", m.Node.Name, s.given[m.Node.HostID], a.Phase)
		}
		s.given[m.Node.HostID] = a.Phase
		if a.Phase != PhasePrepare && m.Role != RoleWorker && rank(s.hosts[i].disk) < rank(PhaseJoin) {
			joining = append(joining, m.Node.Name)
		}
	}
	if len(joining) > 1 && !s.rec.Deleting {
		s.t.Fatalf("control-plane hosts join at the same time: %v", joining)
	}
}

func (s *simulation) pull(h *simHost) { h.asked, h.has = s.out.Assignments[h.id] }

// work does one phase, as the engine would: it probes its disk first.
func (s *simulation) work(h *simHost) {
	if !h.has {
		return
	}
	switch {
	case h.asked.Phase == PhaseDelete:
		h.disk = PhaseDelete
	case rank(h.disk) < rank(h.asked.Phase):
		h.disk = phaseOrder[rank(h.disk)+1]
		if h.disk == PhaseJoin {
			s.checkJoin(h)
		}
	}
	h.told = h.disk
}

func (s *simulation) checkJoin(h *simHost) {
	switch a := h.asked; {
	case a.Role == RoleInit && a.Init == nil, a.Role != RoleInit && (a.Join == nil || len(a.Join.CAHashes) == 0):
		s.t.Fatalf("%s cannot join with %+v", h.id, a)
	case a.Role != RoleInit && rank(s.hosts[0].disk) < rank(PhaseJoin):
		s.t.Fatalf("%s joins before there is a cluster", h.id)
	}
}

func (s *simulation) report(h *simHost) {
	r := HostReport{ClusterID: s.rec.ID, Reached: h.told}
	if h == s.hosts[0] && rank(h.told) >= rank(PhaseJoin) && h.told != PhaseDelete {
		r.CAHashes = []string{"sha256:ca"}
	}
	if h.asked.Role != RoleWorker && h.told == PhaseFinalize {
		r.Status = goodStatus(s.rec, s.now)
	}
	s.seen[h.id] = Seen{Report: r, LastSeen: s.now}
}

func (s *simulation) restartLeader() {
	s.rec, s.seen = Record{}, map[string]Seen{}
	if err := json.Unmarshal(s.stored, &s.rec); err != nil {
		s.t.Fatal(err)
	}
}

func (s *simulation) randomEvent() {
	h := s.hosts[s.rng.IntN(len(s.hosts))]
	s.now = s.now.Add(time.Duration(s.rng.IntN(3000)) * time.Millisecond)
	switch n := s.rng.IntN(20); {
	case n < 6:
		s.pull(h)
	case n < 12:
		s.work(h)
	case n < 17:
		s.report(h)
	case n < 19:
		*h = simHost{id: h.id, disk: h.disk} // killed
	default:
		s.restartLeader()
	}
	s.reconcile()
}

// settle runs everyone fairly until the condition holds.
func (s *simulation) settle(done func() bool, what string) {
	for range 30 {
		for _, h := range s.hosts {
			s.now = s.now.Add(200 * time.Millisecond)
			s.pull(h)
			s.work(h)
			s.report(h)
			s.reconcile()
			if done() {
				return
			}
		}
	}
	s.t.Fatalf("not %s after 30 rounds: %s %q %+v", what, s.out.State, s.out.Reason, s.rec.Progress)
}

// TestLife: whatever the interleaving of work, reports, kills and restarts of the leader, the cluster ends Running, and then,
// deleted, ends gone.
func TestLife(t *testing.T) {
	for seed := range uint64(150) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			s := newSimulation(t, seed, int(seed%3))
			s.reconcile()
			for range 60 + s.rng.IntN(60) {
				s.randomEvent()
			}
			s.settle(func() bool { return s.out.State == StateRunning }, "Running")
			for range 20 {
				s.randomEvent()
			}
			s.rec.Deleting = true
			s.reconcile()
			for range 20 {
				s.randomEvent()
			}
			s.settle(func() bool { return s.out.Gone }, "gone")
			for _, h := range s.hosts {
				if h.disk != PhaseDelete {
					t.Errorf("%s still has %q", h.id, h.disk)
				}
			}
		})
	}
}
