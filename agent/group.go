package agent

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/linking"
)

// said is what one host last told about itself.
type said struct {
	host    hostReport
	content *content.Report
	cluster cluster.HostReport
	facts   cluster.Facts
	at      time.Time
}

// group remembers what the hosts of the group say, on every host at least what the host says itself. It is forgotten when
// the agent stops: hosts say it again.
type group struct {
	mu    sync.Mutex
	hosts map[string]said
	view  groupView // on a follower: what the leader shows
}

// heard takes a whole report of one host.
func (g *group) heard(id string, s said) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s.facts.RequestID == "" {
		s.facts = g.hosts[id].facts
	}
	g.hosts[id] = s
}

func (g *group) of(id string) (said, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s, ok := g.hosts[id]
	return s, ok
}

func (g *group) setView(v groupView) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.view = v
}

func (g *group) leaderView() groupView {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.view
}

// keep forgets hosts that are no longer linked.
func (g *group) keep(ids []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	maps.DeleteFunc(g.hosts, func(id string, _ said) bool { return !slices.Contains(ids, id) })
}

// seen is what Reconcile reads.
func (g *group) seen() map[string]cluster.Seen {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := make(map[string]cluster.Seen, len(g.hosts))
	for id, s := range g.hosts {
		out[id] = cluster.Seen{Report: s.cluster, LastSeen: s.at}
	}
	return out
}

func (g *group) contentReports() map[string]*content.Report {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := make(map[string]*content.Report, len(g.hosts))
	for id, s := range g.hosts {
		out[id] = s.content
	}
	return out
}

// members are the hosts of the roster, or this host alone when it is not linked.
func (a *Agent) members() []linking.Member {
	if r, _, ok := a.node.Roster(); ok {
		return r.Members
	}
	m := a.self()
	m.ID, m.Pin, m.Role = a.identity.ID, a.identity.Pin, linking.RoleNone
	return []linking.Member{m}
}

// connected says whether a host is in touch; this host always is.
func (a *Agent) connected(id string) bool {
	if id == a.identity.ID {
		return true
	}
	_, ok := a.node.Status(id)
	return ok
}

// clusterHosts are the members as the cluster rules want to know them.
func (a *Agent) clusterHosts() []cluster.Host {
	members := a.members()
	out := make([]cluster.Host, 0, len(members))
	for _, m := range members {
		s, _ := a.group.of(m.ID)
		h := s.host.Host
		h.ID, h.Name, h.Connected = m.ID, m.Name, a.connected(m.ID)
		h.Leader = m.Role != linking.RoleFollower
		out = append(out, h)
	}
	return out
}
