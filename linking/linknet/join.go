package linknet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/slipway-os/slipway/linking"
)

// joinRounds is how often every address of the token is tried: a repeated request is harmless (see linking.Admit).
const joinRounds = 2

// Join links this host to the leader named by the token. On success the roster is stored and Run keeps in touch.
// It refuses with a *linking.Refusal, and then nothing has changed. On a host that this leader has already linked it
// does nothing, so that it can be repeated after a crash.
func (n *Node) Join(ctx context.Context, text string) error {
	token, err := linking.ParseToken(text)
	if err != nil {
		return err
	}
	if !n.joining.TryLock() {
		return linking.Refuse(linking.CodeBusy, "this host is being linked already")
	}
	defer n.joining.Unlock()
	if s := n.present.Load(); s.Role == linking.RoleFollower && s.Leader == token.Pin {
		return nil
	}
	if err := n.mayJoin(*n.present.Load()); err != nil {
		return err
	}
	signed, err := n.askToJoin(ctx, token)
	if err != nil {
		return err
	}
	roster, err := signed.Verify(token.Pin)
	if err != nil {
		return fmt.Errorf("the leader's answer is not valid: %w", err)
	}
	if m, ok := roster.ByPin(n.cfg.Identity.Pin); !ok || m.ID != n.cfg.Identity.ID {
		return errors.New("the leader's answer is not valid: its roster does not list this host")
	}
	return n.update(func(s snapshot) (snapshot, error) {
		if err := n.mayJoin(s); err != nil {
			return s, err
		}
		return snapshot{record: record{Role: linking.RoleFollower, Roster: signed, Leader: token.Pin}, roster: roster}, nil
	})
}

func (n *Node) mayJoin(s snapshot) error {
	switch {
	case s.Role == linking.RoleLeader:
		return linking.Refuse(linking.CodeAlreadyLinked, "it is a leader: stop token generation on it")
	case s.Role == linking.RoleFollower:
		return linking.Refuse(linking.CodeAlreadyLinked, "its leader is "+leaderName(s.roster))
	case n.cfg.InCluster():
		return linking.Refuse(linking.CodeHostInCluster, "")
	}
	return nil
}

// askToJoin sends the one-time password to the first address whose certificate has the token's pin.
func (n *Node) askToJoin(ctx context.Context, token linking.Token) (linking.SignedRoster, error) {
	client := n.cfg.Identity.newClient(token.Pin)
	defer client.transport.CloseIdleConnections()
	request := linking.JoinRequest{Version: n.cfg.Version, OTP: token.OTP, Self: n.self(linking.RoleFollower)}
	urls := baseURLs(linking.Member{Addresses: token.Addresses, Port: token.Port})
	var failed error
	for round := range joinRounds {
		if round > 0 {
			sleep(ctx, time.Second, nil)
		}
		raw, _, err := post(ctx, client.http, urls, pathJoin, request, linking.MaxRosterBytes*2)
		if err == nil {
			var answer linking.JoinResponse
			if err := json.Unmarshal(raw, &answer); err != nil {
				return linking.SignedRoster{}, linking.Refuse(linking.CodeBadRequest, "")
			}
			return answer.Roster, nil
		}
		if linking.CodeOf(err) != "" || ctx.Err() != nil {
			return linking.SignedRoster{}, err
		}
		failed = err
		if errors.Is(err, errWrongPin) {
			return linking.SignedRoster{}, linking.Refuse(linking.CodeLeaderCertificate, "")
		}
	}
	n.cfg.Log.Info("join failed: no address of the leader answers", "error", failed)
	return linking.SignedRoster{}, linking.Unreachable(linking.HostPorts(token.Addresses, token.Port))
}

// Leave takes this follower out of its group. The leader is told first; when it does not answer, Leave is refused
// with CodeLeaderUnreachable unless force is set: then only this host forgets the group, and the host stays in the
// leader's list until an administrator removes it there.
func (n *Node) Leave(ctx context.Context, force bool) error {
	s := n.present.Load()
	switch {
	case s.Role == linking.RoleNone:
		return linking.Refuse(linking.CodeNotLinked, "")
	case s.Role == linking.RoleLeader:
		return linking.Refuse(linking.CodeIsLeader, "")
	case n.cfg.InCluster():
		return linking.Refuse(linking.CodeHostInCluster, "")
	}
	leader, _ := s.roster.ByID(s.roster.Leader)
	ask, cancel := context.WithTimeout(ctx, 2*dialTimeout*time.Duration(max(1, len(leader.Addresses))))
	defer cancel()
	_, _, err := post(ask, n.client(leader.Pin), baseURLs(leader), pathLeave, struct{}{}, linking.MaxJoinBytes)
	switch code := linking.CodeOf(err); {
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil, code == linking.CodeRemoved:
	case code == linking.CodeHostInCluster:
		return err
	case !force:
		n.cfg.Log.Info("leave failed", "error", err)
		refusal := linking.Unreachable(linking.HostPorts(leader.Addresses, leader.Port))
		refusal.Detail += "; force the host to leave if the leader is lost"
		return refusal
	}
	return n.forget(s.roster.Group)
}

// forget makes this host linked to nothing, if it is still a follower in that group.
func (n *Node) forget(group string) error {
	return n.update(func(s snapshot) (snapshot, error) {
		if s.Role != linking.RoleFollower || s.roster.Group != group {
			return s, nil
		}
		return snapshot{record: record{Role: linking.RoleNone}}, nil
	})
}

// Remove takes a follower out of this leader's group: from then on it can fetch nothing any more. A host that is part
// of a cluster is not removed. The other hosts are told before Remove returns; unaware are those that did not answer
// within announceTime, which learn of it when they are back and serve the removed host until then.
func (n *Node) Remove(ctx context.Context, hostID string) (unaware []linking.Member, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	err = n.update(func(s snapshot) (snapshot, error) {
		if s.Role != linking.RoleLeader {
			return s, linking.Refuse(linking.CodeNotLeader, "")
		}
		if _, ok := s.roster.ByID(hostID); !ok {
			return s, linking.Refuse(linking.CodeNotMember, "host "+hostID)
		}
		if hostID == s.roster.Leader {
			return s, linking.Refuse(linking.CodeIsLeader, "")
		}
		if n.cfg.HostInCluster(hostID) {
			return s, linking.Refuse(linking.CodeHostInCluster, "")
		}
		return n.signed(s, s.roster.Without(hostID))
	})
	if err != nil {
		return nil, err
	}
	return n.announce(ctx, n.present.Load(), true), nil
}

// Promote makes a follower that lost its leader the leader of a new group, with itself as the only member. It is
// refused while the leader answers, and in a cluster. The other followers of the lost leader leave it by force and
// join the new one by its token: a follower never believes by itself that another host is its leader now, because
// that host could be one that somebody took over.
func (n *Node) Promote(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return n.update(func(s snapshot) (snapshot, error) {
		if s.Role == linking.RoleNone {
			return s, linking.Refuse(linking.CodeNotLinked, "")
		}
		if s.Role == linking.RoleLeader {
			return s, linking.Refuse(linking.CodeIsLeader, "")
		}
		if n.cfg.InCluster() {
			return s, linking.Refuse(linking.CodeHostInCluster, "")
		}
		if seen, connected := n.Status(s.roster.Leader); connected {
			return s, linking.Refuse(linking.CodeLeaderPresent, "last heard of at "+seen.UTC().Format(time.TimeOnly)+" UTC")
		}
		return n.signed(snapshot{}, linking.NewRoster(newUUID(), n.self(linking.RoleLeader), n.cfg.Now()))
	})
}
