package linknet

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/slipway-os/slipway/linking"
)

const (
	holdFor   = 10 * time.Second // a poll waits this long for news
	lostAfter = 15 * time.Second // a host not heard of for this long is not connected
)

// contact is what the leader remembers of a follower, and a follower of its leader, while the agent runs.
type contact struct {
	seen      time.Time
	connected bool               // as last told by OnChange
	report    string             // generation of the last report taken
	endPoll   context.CancelFunc // of the poll that waits
}

// serveSync takes a follower's report and tells it what is new; a poll waits until there is something.
func (n *Node) serveSync(w http.ResponseWriter, r *http.Request) {
	caller, err := n.caller(r, linking.ActSync)
	if err != nil {
		refuse(w, err)
		return
	}
	raw, err := readBody(w, r, linking.MaxSyncBytes, bodyTime)
	if err != nil {
		refuse(w, err)
		return
	}
	q, err := linking.ParseSyncRequest(raw, caller.Pin)
	if err != nil {
		refuse(w, err)
		return
	}
	needReport := n.takeReport(caller.ID, q)
	if err := n.moved(q.Self); err != nil {
		n.cfg.Log.Error("the new address of a host could not be stored", "host", caller.Name, "error", err)
	}
	ctx, cancel := context.WithTimeout(r.Context(), holdFor)
	defer cancel()
	if q.Hold {
		n.replacePoll(caller.ID, cancel)
	}
	for {
		changed := n.changes()
		if _, err := n.caller(r, linking.ActSync); err != nil {
			refuse(w, err)
			return
		}
		news, fresh := n.news(caller.ID, q)
		news.NeedReport = needReport
		if fresh || needReport || !q.Hold || ctx.Err() != nil {
			answer(w, news)
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// takeReport hands on a report that differs from the last one. It says whether the follower believes that the leader
// has a report which it has not: after a restart.
func (n *Node) takeReport(hostID string, q linking.SyncRequest) (need bool) {
	c := n.seen(hostID)
	n.mu.Lock()
	known := c.report == q.ReportGeneration
	if q.Report != nil {
		c.report = q.ReportGeneration
	}
	n.mu.Unlock()
	if q.Report == nil {
		return !known && q.ReportGeneration != ""
	}
	if !known && n.cfg.OnReport != nil {
		n.cfg.OnReport(hostID, q.Report)
	}
	return false
}

// moved signs a new roster when a host tells another name or address.
func (n *Node) moved(self linking.Member) error {
	if _, changed := n.present.Load().roster.Moved(self); !changed {
		return nil
	}
	return n.update(func(s snapshot) (snapshot, error) {
		roster, changed := s.roster.Moved(self)
		if !changed || s.Role != linking.RoleLeader {
			return s, nil
		}
		return n.signed(s, roster)
	})
}

// replacePoll ends the poll that the same host left behind: a host has one at most.
func (n *Node) replacePoll(hostID string, end context.CancelFunc) {
	c := n.seen(hostID)
	n.mu.Lock()
	defer n.mu.Unlock()
	if c.endPoll != nil {
		c.endPoll()
	}
	c.endPoll = end
}

// news is what the follower does not have yet.
func (n *Node) news(hostID string, q linking.SyncRequest) (a linking.SyncResponse, fresh bool) {
	s := n.present.Load()
	if q.Epoch < s.roster.Epoch {
		a.Roster, fresh = &s.Roster, true
	}
	if n.cfg.Desired == nil {
		return a, fresh
	}
	desired := n.cfg.Desired(hostID)
	generation, err := generationOf(desired)
	if err != nil {
		n.cfg.Log.Error("what is desired of a host cannot be sent", "host", hostID, "error", err)
		return a, fresh
	}
	if generation != q.Generation {
		a.Desired, a.Generation, fresh = desired, generation, true
	}
	return a, fresh
}

// generationOf names a set of topics by its content, so that it survives restarts of either side.
func generationOf(t linking.Topics) (string, error) {
	raw, err := json.Marshal(t)
	if err != nil {
		return "", err
	}
	// The room left is for the roster, in base64.
	if limit := linking.MaxSyncBytes - 2*linking.MaxRosterBytes; len(raw) > limit {
		return "", fmt.Errorf("%d bytes, at most %d can be sent", len(raw), limit)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), nil
}
