package agent

import (
	"context"
	"reflect"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/linking"
)

// wakeLeader makes the leader look at the hosts' reports now.
func (a *Agent) wakeLeader() { a.leader.poke() }

// assigned tells that what a host of the group is to do, this one among them, is new.
func (a *Agent) assigned() {
	select {
	case a.assignWake <- struct{}{}:
	default:
	}
	a.changed()
}

// linkEvent is called by the node with its own locks in mind: it only wakes.
func (a *Agent) linkEvent() {
	select {
	case a.roleWake <- struct{}{}:
	default:
	}
}

// runLeaderSelf follows the role, and gives this host its own assignment while it leads: the leader is a host like any other.
func (a *Agent) runLeaderSelf(ctx context.Context) error {
	t := time.NewTicker(500 * time.Millisecond)
	defer t.Stop()
	for {
		if _, role, ok := a.node.Roster(); !ok || role == linking.RoleLeader {
			as, ok := a.leader.assignment(a.identity.ID)
			a.assign(as, ok)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		case <-a.assignWake:
		case <-a.roleWake:
			a.linkChanged()
		}
	}
}

// currentView is what every follower may show.
func (a *Agent) currentView() groupView {
	v := groupView{Hosts: a.linkedHosts(), Clusters: a.apiClusters(), Sync: a.itemSync()}
	for i := range v.Hosts {
		v.Hosts[i].LastSeen = v.Hosts[i].LastSeen.Truncate(10 * time.Second) // so that the view is not new every second
	}
	return v
}

// publishGroup tells watchers what is new in the group.
func (a *Agent) publishGroup() {
	select {
	case a.publishWake <- struct{}{}:
	default:
	}
}

// runPublisher publishes link, clusters and content when they differ from what watchers know.
func (a *Agent) runPublisher(ctx context.Context) error {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	var link api.Link
	var ks []api.Cluster
	var items []api.ContentItem
	for {
		if l := a.apiLink(); !reflect.DeepEqual(l, link) {
			link = l
			a.bus.Publish("link", l)
		}
		if k := a.apiClusters(); !reflect.DeepEqual(k, ks) {
			ks = k
			a.bus.Publish("clusters", k)
		}
		if i, err := (contents{a}).List(ctx); err == nil && !reflect.DeepEqual(i, items) {
			items = i
			a.bus.Publish("content", i)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		case <-a.publishWake:
		}
	}
}
