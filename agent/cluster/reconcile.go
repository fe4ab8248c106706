package cluster

import (
	"time"
)

// UnseenAfter is how long a host may be silent before the cluster counts as degraded: the linked channel is a long-poll of
// at most 10 s, so three rounds.
const UnseenAfter = 30 * time.Second

// State is the state of a cluster as users see it.
type State string

// The states; see the drawing in the package comment.
const (
	StateProvisioning State = "Provisioning"
	StateRunning      State = "Running"
	StateDegraded     State = "Degraded"
	StateDeleting     State = "Deleting"
	StateError        State = "Error"
)

// Seen is the last report of a host and when the leader received it.
type Seen struct {
	Report   HostReport `json:"report"`
	LastSeen time.Time  `json:"lastSeen"`
}

// Output is what Reconcile decides.
type Output struct {
	// Assignments by host id, one for each member of the cluster; nil when Gone.
	Assignments map[string]Assignment
	// Progress replaces the record's; the caller stores it before it hands out the assignments.
	Progress Progress
	State    State
	// Reason says in words why the state is not Running, for people; empty when it is.
	Reason string
	// Gone is true when nothing of the cluster is left: the caller drops the record and the assignments.
	Gone bool
	// Abandoned names hosts that a forced deletion gave up on; they may still run parts of the cluster.
	Abandoned []string
}

// Reconcile says what every host of the cluster is to do next, from what the record remembers and what the hosts report.
// It is level-triggered: it looks at what is, not at what changed, so a lost, late or repeated report does no harm, and the
// same input gives the same output.
//
//	all hosts  prepare in parallel
//	init host  joins when it is prepared
//	control    joins one host at a time in plan order, each after the one before has joined (etcd takes one learner)
//	workers    join in parallel when the init host has joined
//	all hosts  finalize when all have joined
//
// Hosts join at the address of the init host, not at the VIP, which may still move, nor through a load balancer.
func Reconcile(rec Record, seen map[string]Seen, now time.Time) Output {
	out := Output{Progress: rec.Progress.advance(rec, seen)}
	if rec.Deleting {
		return reconcileDelete(rec, seen, now, out)
	}
	out.Assignments = make(map[string]Assignment, len(rec.Plan.Members))
	everyoneJoined := out.Progress.all(rec.Plan.Members, PhaseJoin)
	for i, m := range rec.Plan.Members {
		phase := PhaseFinalize
		if !everyoneJoined {
			phase = nextPhase(rec.Plan.Members, i, out.Progress)
		}
		out.Assignments[m.Node.HostID] = assignment(rec, out.Progress, m, phase)
	}
	out.State, out.Reason = judge(rec, out.Progress, seen, now)
	out.Progress.Ran = out.Progress.Ran || out.State == StateRunning
	return out
}

// nextPhase is how far member i may go while not everyone has joined.
func nextPhase(members []Member, i int, p Progress) Phase {
	m := members[i]
	if !p.reached(m.Node.HostID, PhasePrepare) {
		return PhasePrepare
	}
	if m.Role == RoleInit {
		return PhaseJoin
	}
	if len(p.CAHashes) == 0 { // nobody can check whom it joins
		return PhasePrepare
	}
	before := members[:1]
	if m.Role == RoleControlPlane {
		before = members[:i]
	}
	if !p.all(before, PhaseJoin) {
		return PhasePrepare
	}
	return PhaseJoin
}

// assignment builds what one host pulls. The secrets travel only to hosts that may use them.
func assignment(rec Record, p Progress, m Member, phase Phase) Assignment {
	a := Assignment{Config: rec.Plan.Config, Phase: phase, Role: m.Role, Node: m.Node, Peers: make([]Node, 0, len(rec.Plan.Members))}
	for _, o := range rec.Plan.Members {
		a.Peers = append(a.Peers, o.Node)
	}
	if rank(phase) < rank(PhaseJoin) || phase == PhaseDelete {
		return a
	}
	secret := rec.Secret
	if m.Role == RoleInit {
		a.Init = &secret
		return a
	}
	if m.Role == RoleWorker {
		secret.CertificateKey = "" // opens the control plane's keys: no business of a worker
	}
	endpoint := apiAt(rec.Plan.Members[0].Node.Address)
	a.Join = &Join{Secret: secret, Endpoint: endpoint, CAHashes: p.CAHashes}
	return a
}
