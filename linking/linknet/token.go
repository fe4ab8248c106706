package linknet

import (
	"context"
	"fmt"
	"time"

	"github.com/slipway-os/slipway/linking"
)

// TokenView is the present link token for display. Token is a secret until it expires.
type TokenView struct {
	Token            string    `json:"token"`
	ExpiresAt        time.Time `json:"expiresAt"`
	RemainingSeconds int       `json:"remainingSeconds"`
}

// GenerateToken makes this host issue link tokens and returns the present one, which is valid for at least some
// seconds more. A host with no role becomes leader of a new group. On a follower it is refused.
func (n *Node) GenerateToken(ctx context.Context) (TokenView, error) {
	if err := ctx.Err(); err != nil {
		return TokenView{}, err
	}
	if len(n.cfg.Self().Addresses) == 0 {
		return TokenView{}, linking.Refuse(linking.CodeNoAddress, "")
	}
	err := n.update(func(s snapshot) (snapshot, error) {
		if s.Role == linking.RoleFollower {
			return s, linking.Refuse(linking.CodeNotLeader, "the leader is "+leaderName(s.roster))
		}
		if s.Role == linking.RoleNone {
			var err error
			if s, err = n.signed(s, linking.NewRoster(newUUID(), n.self(linking.RoleLeader), n.cfg.Now())); err != nil {
				return s, err
			}
		}
		var err error
		s.Token, _, err = s.Token.Step(n.tokenEvent(linking.Generate))
		return s, err
	})
	if err != nil {
		return TokenView{}, err
	}
	return n.CurrentToken()
}

// CurrentToken returns the present token without starting anything. It is refused when none is being issued.
func (n *Node) CurrentToken() (TokenView, error) {
	t := n.present.Load().Token
	self, now := n.cfg.Self(), n.cfg.Now()
	if !t.Active() || !now.Before(t.ExpiresAt()) {
		return TokenView{}, linking.Refuse(linking.CodeNoToken, "")
	}
	text, err := linking.Token{Addresses: self.Addresses, Port: self.Port, Pin: n.cfg.Identity.Pin, OTP: t.OTP(), Expires: t.ExpiresAt()}.Encode()
	if err != nil {
		return TokenView{}, fmt.Errorf("make the link token: %w", err)
	}
	return TokenView{Token: text, ExpiresAt: t.ExpiresAt().UTC(), RemainingSeconds: int(t.ExpiresAt().Sub(now).Seconds())}, nil
}

// StopTokens withdraws the present token and issues no more. A leader without followers is back to no role, unless it
// is part of a cluster.
func (n *Node) StopTokens(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return n.update(func(s snapshot) (snapshot, error) {
		switch s.Role {
		case linking.RoleNone:
			return s, nil
		case linking.RoleFollower:
			return s, linking.Refuse(linking.CodeNotLeader, "the leader is "+leaderName(s.roster))
		}
		if len(s.roster.Followers()) == 0 && !n.cfg.InCluster() {
			return snapshot{record: record{Role: linking.RoleNone}}, nil
		}
		var err error
		s.Token, _, err = s.Token.Step(n.tokenEvent(linking.Stop))
		return s, err
	})
}

// Watch sends the present token and every one that follows it; the channel is closed when tokens are stopped, when ctx
// ends or when the node does.
func (n *Node) Watch(ctx context.Context) <-chan TokenView {
	out := make(chan TokenView)
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.spawn(func() { n.watch(ctx, out) }) {
		close(out)
	}
	return out
}

func (n *Node) watch(ctx context.Context, out chan<- TokenView) {
	defer close(out)
	var last TokenView
	for {
		changed := n.changes()
		view, err := n.CurrentToken()
		if err != nil && !n.present.Load().Token.Active() {
			return
		}
		// Between expiry and renewal there is no present token: wait for the next.
		if err == nil && view.Token != last.Token {
			select {
			case out <- view:
				last = view
			case <-ctx.Done():
				return
			case <-n.stopped:
				return
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		case <-n.stopped:
			return
		}
	}
}

// renewTokens lets the next token follow when one expires.
func (n *Node) renewTokens(ctx context.Context) {
	for ctx.Err() == nil {
		changed := n.changes()
		wait := time.Hour
		if t := n.present.Load().Token; t.Active() {
			wait = t.ExpiresAt().Sub(n.cfg.Now())
		}
		if wait > 0 {
			sleep(ctx, min(wait, time.Hour), changed)
			continue
		}
		err := n.update(func(s snapshot) (snapshot, error) {
			var err error
			s.Token, _, err = s.Token.Step(n.tokenEvent(linking.Tick))
			return s, err
		})
		if err != nil {
			n.cfg.Log.Error("the next link token could not be stored", "error", err)
			sleep(ctx, time.Second, nil)
		}
	}
}

func (n *Node) tokenEvent(kind linking.EventKind) linking.Event {
	return linking.Event{Kind: kind, Now: n.cfg.Now(), Seed: newSeed()}
}

func leaderName(r linking.Roster) string {
	leader, _ := r.ByID(r.Leader)
	return leader.Name
}

// sleep waits for d, for an early end of ctx, or for early (which may be nil).
func sleep(ctx context.Context, d time.Duration, early <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	case <-early:
	}
}
