package linking

import (
	"fmt"
	"time"
)

// Action is what one host asks of another.
type Action string

// The actions. Nobody asks a host to run anything: work is pulled.
const (
	ActSync     Action = "sync"     // follower to leader: report, and fetch what is desired
	ActLeave    Action = "leave"    // follower to leader
	ActAnnounce Action = "announce" // leader to follower: a newer roster, when the leader's address changed
	ActFetch    Action = "fetch"    // any host to any host: the roster, content
)

// Authorize says which member of the roster a caller with that pin is, if it may ask this for the host with id self.
// It is asked for every request, so a new roster takes effect on open connections as well.
func Authorize(r Roster, self, pin string, action Action) (Member, error) {
	caller, ok := r.ByPin(pin)
	switch {
	case (action == ActSync || action == ActLeave) && self != r.Leader:
		return Member{}, Refuse(CodeNotLeader, "")
	case !ok && self == r.Leader:
		return Member{}, Refuse(CodeRemoved, "")
	case !ok || caller.ID == self:
		return Member{}, Refuse(CodeNotMember, "")
	case action == ActAnnounce && caller.ID != r.Leader:
		return Member{}, Refuse(CodeNotLeader, "")
	}
	return caller, nil
}

// Joining is one join request as the leader sees it.
type Joining struct {
	Request JoinRequest
	Version string // of the leader's agent
	Now     time.Time
	Seed    []byte // for the next password
}

// Admit decides a join. On success it returns the roster with the host in it and the token state after it; both must
// be stored in one write. On refusal the token state must be stored all the same, because it counts the wrong tries.
//
// A host that is repeating itself (same key, same password, within its validity) is let in again while it is still in
// the roster: so a crash of either side between the two durable writes heals by trying the same token again, and a
// host that was removed in the meantime stays out.
func Admit(r Roster, t TokenState, j Joining) (Roster, TokenState, error) {
	q := j.Request
	if !Compatible(q.Version, j.Version) {
		return r, t, Refuse(CodeVersion, fmt.Sprintf("the leader runs %.64s", j.Version))
	}
	next, accepted, err := t.Step(Event{Kind: Try, Now: j.Now, Seed: j.Seed, OTP: q.OTP, Pin: q.Self.Pin})
	if err != nil {
		return r, next, err
	}
	known, isKnown := r.ByPin(q.Self.Pin)
	if accepted == AcceptedAgain {
		if !isKnown {
			return r, next, Refuse(CodeUsed, "")
		}
		return r, next, nil
	}
	if same, taken := r.ByID(q.Self.ID); taken && same.Pin != q.Self.Pin {
		return r, t, Refuse(CodeIDTaken, "")
	}
	if isKnown && known.Role == RoleLeader {
		return r, t, Refuse(CodeIsLeader, "")
	}
	if !isKnown && len(r.Members) >= MaxMembers {
		return r, t, Refuse(CodeGroupFull, "")
	}
	member := q.Self
	member.Role, member.JoinedAt = RoleFollower, j.Now.UTC().Truncate(time.Second)
	return r.With(member), next, nil
}
