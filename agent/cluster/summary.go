package cluster

import (
	"slices"
	"time"
)

// Health is the one word next to the state.
type Health string

// The healths.
const (
	HealthHealthy   Health = "Healthy"
	HealthUnhealthy Health = "Unhealthy"
	HealthUnknown   Health = "Unknown" // being made or deleted: nothing to judge yet
)

// Summary is what `cluster show` prints. It holds no secret.
type Summary struct {
	ID           string            `json:"id"`
	Name         string            `json:"name"`
	Tags         map[string]string `json:"tags,omitempty"`
	State        State             `json:"state"`
	Health       Health            `json:"health"`
	Reason       string            `json:"reason,omitempty"`
	VIP          string            `json:"vip"`
	Endpoint     string            `json:"endpoint"` // host:port of the API server
	VIPHolder    string            `json:"vipHolder,omitempty"`
	Definition   DefinitionRef     `json:"definition"`
	Version      string            `json:"version"`
	CreatedAt    time.Time         `json:"createdAt"`
	Nodes        []NodeSummary     `json:"nodes"`
	Applications []Application     `json:"applications"`
	Operation    string            `json:"operation,omitempty"`
}

// NodeSummary is one node: what the plan wants, with what the Kubernetes API says.
type NodeSummary struct {
	Name     string    `json:"name"`
	Host     string    `json:"host"` // host id
	Role     Role      `json:"role"` // control-plane or worker
	Pool     string    `json:"pool"`
	Address  string    `json:"address"`
	Ready    bool      `json:"ready"`
	Version  string    `json:"version"`
	Phase    Phase     `json:"phase,omitempty"` // reached
	Reason   string    `json:"reason,omitempty"`
	LastSeen time.Time `json:"lastSeen,omitzero"`
	// Architecture and CreatedAt are Kubernetes' own, empty until it knows the node.
	Architecture string    `json:"architecture,omitempty"`
	CreatedAt    time.Time `json:"createdAt,omitzero"`
}

// HostStep is one step of one host in the life of the cluster.
type HostStep struct {
	HostID string `json:"hostId"`
	Host   string `json:"host"`
	Step
}

// Summarize merges the plan, what Reconcile decided and what the hosts say into what users see. Nodes and applications that
// no host reports freshly are shown as not ready and Unknown: old good news is no news.
func Summarize(rec Record, seen map[string]Seen, out Output, now time.Time) Summary {
	c := rec.Plan.Config
	s := Summary{ID: rec.ID, Name: c.Name, Tags: rec.Spec.Tags, State: out.State, Health: health(out.State), Reason: out.Reason, VIP: c.VIP,
		Endpoint:   c.APIServer(rec.Plan.Members[0].Node.Address),
		Definition: rec.Plan.Definition, Version: c.KubernetesVersion, CreatedAt: rec.CreatedAt}
	st := freshest(rec, seen, now)
	if st == nil || now.Sub(st.ReadAt) > staleAfter {
		st = &Status{}
	}
	s.VIPHolder = st.VIPHolder
	for _, m := range rec.Plan.Members {
		s.Nodes = append(s.Nodes, nodeSummary(m, st, seen[m.Node.HostID], out.Progress, now))
	}
	for _, p := range c.Packs {
		if a, reported := applicationOf(p, st); reported || c.expects(p) {
			s.Applications = append(s.Applications, a)
		}
	}
	return s
}

func health(s State) Health {
	switch s {
	case StateRunning:
		return HealthHealthy
	case StateDegraded, StateError:
		return HealthUnhealthy
	default:
		return HealthUnknown
	}
}

func nodeSummary(m Member, st *Status, s Seen, p Progress, now time.Time) NodeSummary {
	n := NodeSummary{Name: m.Node.Name, Host: m.Node.HostID, Role: m.Role, Pool: m.Pool, Address: m.Node.Address,
		Phase: p.Reached[m.Node.HostID], LastSeen: s.LastSeen}
	if m.Role == RoleInit {
		n.Role = RoleControlPlane
	}
	for _, k := range st.Nodes {
		if k.Name == m.Node.Name {
			n.Ready, n.Version, n.Reason, n.Architecture, n.CreatedAt = k.Ready, k.Version, k.Reason, k.Architecture, k.CreatedAt
		}
	}
	switch {
	case unseen(s, now):
		n.Reason = "the host is not connected to the leader"
	case s.Report.Error != "":
		n.Reason = s.Report.Error
	}
	return n
}

func applicationOf(p Pack, st *Status) (a Application, reported bool) {
	for _, a := range st.Applications {
		if a.Name == p.Name {
			return a, true
		}
	}
	return Application{Name: p.Name, Layer: p.Layer, Version: p.Version, Status: "Unknown", Message: "nobody has reported it yet"}, false
}

// Lifecycle returns the steps of all hosts in the order in which they started; those that have not follow in plan order.
func Lifecycle(rec Record, seen map[string]Seen) []HostStep {
	var steps []HostStep
	for _, m := range rec.Plan.Members {
		r := seen[m.Node.HostID].Report
		if r.ClusterID != rec.ID {
			continue
		}
		for _, s := range r.Steps {
			steps = append(steps, HostStep{HostID: m.Node.HostID, Host: m.Node.Name, Step: s})
		}
	}
	slices.SortStableFunc(steps, func(a, b HostStep) int {
		if a.StartedAt.IsZero() != b.StartedAt.IsZero() {
			if b.StartedAt.IsZero() {
				return -1
			}
			return 1
		}
		return a.StartedAt.Compare(b.StartedAt)
	})
	return steps
}
