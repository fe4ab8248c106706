package linknet

import (
	"context"
	"sync"
	"time"

	"github.com/slipway-os/slipway/linking"
)

const (
	leadEvery    = 5 * time.Second
	announceTime = 5 * time.Second
	maxAnnounce  = 32 // announcements at a time
)

// lead keeps the leader's own entry in the roster true, and tells the new roster to hosts that may look for the leader
// at an old address: to all when its entry changed, later to those that are not heard of. On every role it tells
// OnChange when a host came or went.
func (n *Node) lead(ctx context.Context) {
	for ctx.Err() == nil {
		changed := n.changes()
		before := n.present.Load()
		if before.Role == linking.RoleLeader {
			if err := n.moved(n.self(linking.RoleLeader)); err != nil {
				n.cfg.Log.Error("the new address of this leader could not be stored", "error", err)
			}
			now := n.present.Load()
			n.announce(ctx, now, entryChanged(before.roster, now.roster))
		}
		n.tellConnections()
		sleep(ctx, pause, nil)
		sleep(ctx, leadEvery, changed)
	}
}

// announce tells the roster to the followers: to all, or to those that are not connected. It returns those that did not
// take it within announceTime.
func (n *Node) announce(ctx context.Context, s *snapshot, all bool) (unaware []linking.Member) {
	ctx, cancel := context.WithTimeout(ctx, announceTime)
	defer cancel()
	slots := make(chan struct{}, maxAnnounce)
	var mu sync.Mutex // guards unaware
	var calls sync.WaitGroup
	for _, m := range s.roster.Followers() {
		if _, connected := n.Status(m.ID); connected && !all {
			continue
		}
		slots <- struct{}{}
		calls.Go(func() {
			defer func() { <-slots }()
			if _, _, err := post(ctx, n.client(m.Pin), baseURLs(m), pathAnnounce, s.Roster, linking.MaxJoinBytes); err != nil {
				n.cfg.Log.Debug("the roster could not be announced", "host", m.Name, "error", err)
				mu.Lock()
				unaware = append(unaware, m)
				mu.Unlock()
			}
		})
	}
	calls.Wait()
	return unaware
}

func entryChanged(before, now linking.Roster) bool {
	a, _ := before.ByID(now.Leader)
	b, _ := now.ByID(now.Leader)
	return !sameSelf(a, b)
}

// tellConnections calls OnChange when a host's connection came or went since the last look.
func (n *Node) tellConnections() {
	if n.noteConnections() {
		n.cfg.OnChange()
	}
}

func (n *Node) noteConnections() (changed bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.hosts {
		connected := n.cfg.Now().Sub(c.seen) < lostAfter
		changed = changed || connected != c.connected
		c.connected = connected
	}
	return changed
}
