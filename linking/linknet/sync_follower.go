package linknet

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/slipway-os/slipway/linking"
)

const (
	minBackoff = 500 * time.Millisecond
	maxBackoff = 10 * time.Second
	pause      = 200 * time.Millisecond // between two requests of a kind
	syncTime   = holdFor + 10*time.Second
)

// following is what a follower remembers of its talk with one leader while it runs.
type following struct {
	mu         sync.Mutex // also makes OnDesired one call at a time
	group      string
	generation string         // of the desired topics that OnDesired got
	reported   string         // generation of the report that the leader took
	self       linking.Member // as last told to the leader
	best       int            // the leader's address that answered last
}

// follow keeps a follower in touch: one poll that waits for news, and beside it a report whenever something changed.
func (n *Node) follow(ctx context.Context) {
	var loops sync.WaitGroup
	f := &following{}
	loops.Go(func() { n.eachChange(ctx, func() (bool, error) { return true, n.poll(ctx, f) }) })
	loops.Go(func() { n.eachChange(ctx, func() (bool, error) { return n.report(ctx, f) }) })
	loops.Wait()
}

// eachChange repeats one conversation while this host is a follower: again at once while there is more to say, else
// after the next change; with a growing pause while the leader is away.
func (n *Node) eachChange(ctx context.Context, talk func() (more bool, err error)) {
	failures := 0
	for ctx.Err() == nil {
		changed := n.changes()
		more, err := false, error(nil)
		if n.present.Load().Role == linking.RoleFollower {
			more, err = talk()
		}
		switch {
		case err != nil && ctx.Err() == nil:
			failures++
			sleep(ctx, pause, nil)
			sleep(ctx, backoff(failures, rand.Float64())-pause, changed)
		case more:
			failures = 0
			sleep(ctx, pause, nil)
		default:
			failures = 0
			sleep(ctx, time.Hour, changed)
		}
	}
}

// backoff is the pause after that many failures in a row: doubling, bounded, and spread by the random number in [0,1)
// so that the hosts do not come back all at once.
func backoff(failures int, random float64) time.Duration {
	d := min(maxBackoff, minBackoff<<min(failures-1, 10))
	return max(minBackoff, time.Duration(float64(d)*(0.5+random/2)))
}

// poll waits for news from the leader and takes them.
func (n *Node) poll(ctx context.Context, f *following) error {
	s := n.present.Load()
	f.mu.Lock()
	f.begin(s.roster.Group)
	q := linking.SyncRequest{Hold: true, Epoch: s.roster.Epoch, Generation: f.generation, ReportGeneration: f.reported}
	f.mu.Unlock()
	return n.sync(ctx, f, s, q)
}

// report tells the leader what changed here since it was last told.
func (n *Node) report(ctx context.Context, f *following) (bool, error) {
	s := n.present.Load()
	topics := linking.Topics{}
	if n.cfg.Report != nil {
		topics = n.cfg.Report()
	}
	if topics == nil {
		topics = linking.Topics{}
	}
	generation, err := generationOf(topics)
	if err != nil {
		n.cfg.Log.Error("the report to the leader cannot be sent", "error", err)
		return false, err
	}
	self := n.self(linking.RoleFollower)
	f.mu.Lock()
	f.begin(s.roster.Group)
	moved := !sameSelf(f.self, self)
	told := f.reported == generation && !moved
	q := linking.SyncRequest{Epoch: s.roster.Epoch, Generation: f.generation, Report: topics, ReportGeneration: generation}
	f.mu.Unlock()
	if told {
		return false, nil
	}
	if moved { // connections from an old address are dead
		n.client(s.Leader).CloseIdleConnections()
	}
	if err := n.sync(ctx, f, s, q); err != nil {
		return false, err
	}
	f.mu.Lock()
	f.reported, f.self = generation, self
	f.mu.Unlock()
	return true, nil
}

func sameSelf(a, b linking.Member) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

// begin forgets what was said to an earlier leader.
func (f *following) begin(group string) {
	if f.group != group {
		f.group, f.generation, f.reported, f.self, f.best = group, "", "", linking.Member{}, 0
	}
}

// sync sends one request to the leader and takes its answer.
func (n *Node) sync(ctx context.Context, f *following, s *snapshot, q linking.SyncRequest) error {
	ctx, cancel := context.WithTimeout(ctx, syncTime)
	defer cancel()
	q.Self = n.self(linking.RoleFollower)
	leader, _ := s.roster.ByID(s.roster.Leader)
	raw, err := n.postLeader(ctx, f, n.client(leader.Pin), baseURLs(leader), q)
	if linking.CodeOf(err) == linking.CodeRemoved {
		n.cfg.Log.Warn("the leader removed this host from its group", "leader", leader.Name)
		return n.forget(s.roster.Group)
	}
	if err != nil {
		n.client(leader.Pin).CloseIdleConnections()
		n.cfg.Log.Debug("the leader does not answer", "leader", leader.Name, "error", err)
		return err
	}
	a, err := linking.ParseSyncResponse(raw)
	if err != nil {
		return fmt.Errorf("the leader's answer: %w", err)
	}
	n.seen(leader.ID)
	return n.take(f, s.roster.Group, a)
}

// postLeader tries the leader's addresses, the one that answered last first.
func (n *Node) postLeader(ctx context.Context, f *following, client *http.Client, urls []string, q linking.SyncRequest) ([]byte, error) {
	f.mu.Lock()
	best := min(f.best, max(0, len(urls)-1))
	f.mu.Unlock()
	order := append(append([]string(nil), urls[best:]...), urls[:best]...)
	raw, i, err := post(ctx, client, order, pathSync, q, linking.MaxSyncBytes)
	if err == nil {
		f.mu.Lock()
		f.best = (best + i) % len(urls)
		f.mu.Unlock()
	}
	return raw, err
}

// take acts on the leader's answer.
func (n *Node) take(f *following, group string, a linking.SyncResponse) error {
	if a.Roster != nil {
		if err := n.takeRoster(*a.Roster); err != nil {
			return err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.group != group {
		return nil
	}
	if a.NeedReport {
		f.reported = ""
		n.Changed()
	}
	if a.Generation != "" && a.Generation != f.generation {
		f.generation = a.Generation
		if n.cfg.OnDesired != nil {
			n.cfg.OnDesired(a.Desired)
		}
	}
	return nil
}

// takeRoster stores a roster that follows the present one. Without this host in it, the host is linked no more.
func (n *Node) takeRoster(signed linking.SignedRoster) error {
	return n.update(func(s snapshot) (snapshot, error) {
		if s.Role != linking.RoleFollower {
			return s, linking.Refuse(linking.CodeNotLinked, "")
		}
		next, err := signed.Verify(s.Leader)
		if err != nil || !next.Follows(s.roster) { // poll and report may both bring the same one
			return s, err
		}
		if _, ok := next.ByPin(n.cfg.Identity.Pin); !ok {
			return snapshot{record: record{Role: linking.RoleNone}}, nil
		}
		s.record.Roster, s.roster = signed, next
		return s, nil
	})
}
