package agent

import (
	"context"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/linking"
)

// report is what this host says about itself: to its leader, or to itself when it leads.
func (a *Agent) report() linking.Topics {
	s := a.ownReport()
	return linking.Topics{
		topicHost:    encode(s.host),
		topicContent: encode(s.content),
		topicCluster: encode(s.cluster),
		topicFacts:   encode(s.facts),
	}
}

// ownReport measures now what changes slowly and cheaply; facts are those of the last check run.
func (a *Agent) ownReport() said {
	c := a.sync.Report()
	return said{host: a.hostReport(), content: &c, cluster: a.engineReport(), facts: a.checks.last(), at: a.now()}
}

// hearSelf puts this host's own report beside those of the others.
func (a *Agent) hearSelf() {
	s := a.ownReport()
	s.facts.ClockOffsetNanos = new(int64) // compared with itself
	a.group.heard(a.identity.ID, s)
}

// onReport takes what a follower says. It is another machine's text: everything is validated by who uses it.
func (a *Agent) onReport(id string, r linking.Topics) {
	s := said{at: a.now()}
	s.host, _ = decode[hostReport](r, topicHost, a.log)
	s.cluster, _ = decode[cluster.HostReport](r, topicCluster, a.log)
	s.facts, _ = decode[cluster.Facts](r, topicFacts, a.log)
	if c, ok := decode[content.Report](r, topicContent, a.log); ok && c.Validate() == nil {
		s.content = &c
	}
	if s.facts.RequestID != "" {
		s.facts.HostID = id
		offset := s.facts.ClockOffset(s.at).Nanoseconds()
		s.facts.ClockOffsetNanos = &offset
	}
	if old, ok := a.group.of(id); ok && s.facts.RequestID == old.facts.RequestID {
		s.facts = old.facts // its clock was compared when it was fresh
	}
	a.group.heard(id, s)
	a.wakeLeader()
}

// desired is what the leader wants of a follower.
func (a *Agent) desired(id string) linking.Topics {
	t := linking.Topics{
		topicCatalog: encode(a.store.Catalog()),
		topicGroup:   encode(a.currentView()),
	}
	if as, ok := a.leader.assignment(id); ok {
		t[topicAssignment] = encode(as)
	}
	if r, ok := a.checks.request(id); ok {
		t[topicCheck] = encode(r)
	}
	return t
}

// onDesired takes the leader's wish on a follower.
func (a *Agent) onDesired(t linking.Topics) {
	if c, ok := decode[content.Catalog](t, topicCatalog, a.log); ok && c.Validate() == nil {
		a.setCatalog(c)
	}
	if v, ok := decode[groupView](t, topicGroup, a.log); ok {
		a.group.setView(v)
		a.publishGroup()
	}
	if r, ok := decode[cluster.CheckRequest](t, topicCheck, a.log); ok {
		a.checks.ask(r)
	}
	as, ok := decode[cluster.Assignment](t, topicAssignment, a.log)
	a.assign(as, ok)
}

// assign hands the leader's wish to the engine. No wish, after the deletion was reported, means it may be forgotten.
func (a *Agent) assign(as cluster.Assignment, ok bool) {
	if a.engine == nil {
		return
	}
	switch {
	case ok:
		a.expectCluster(as)
		a.engine.Assign(as)
	case a.engine.Report().Reached == cluster.PhaseDelete:
		if err := a.engine.Forget(); err != nil {
			a.log.Error("the deleted cluster could not be forgotten; it is tried again", "error", err)
		}
		a.expectCluster(cluster.Assignment{})
		a.changed()
	}
}

// engineReport is the engine's, or nothing where this agent does not own the machine.
func (a *Agent) engineReport() cluster.HostReport {
	if a.engine == nil {
		return cluster.HostReport{}
	}
	return a.engine.Report()
}

// inCluster says whether this host has a part in a cluster.
func (a *Agent) inCluster() bool {
	if a.engine == nil {
		return false
	}
	_, ok := a.engine.Assignment()
	return ok
}

// selfTick is how often a host looks at itself, so that slow changes (disk, health) reach the leader.
const selfTick = 2 * time.Second

// runSelf keeps this host's own report fresh.
func (a *Agent) runSelf(ctx context.Context) error {
	t := time.NewTicker(selfTick)
	defer t.Stop()
	for {
		a.hearSelf()
		a.wakeLeader()
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		case <-a.selfWake:
		}
	}
}

// changed tells that something this host says or wants is new.
func (a *Agent) changed() {
	select {
	case a.selfWake <- struct{}{}:
	default:
	}
	a.node.Changed()
}
