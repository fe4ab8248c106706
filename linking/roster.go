package linking

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"time"
)

// MaxMembers is how many hosts a group may have, the leader included.
const MaxMembers = 256

// Role is what a host is in its group.
type Role string

// The roles of a host.
const (
	RoleNone     Role = "none"
	RoleLeader   Role = "leader"
	RoleFollower Role = "follower"
)

// Member is one linked host. Its identity is the pin; name, addresses and port may change.
type Member struct {
	ID        string    `json:"id"`        // UUID
	Name      string    `json:"name"`      // host name, at most 253 bytes
	Addresses []string  `json:"addresses"` // where its port answers, best first
	Port      int       `json:"port"`
	Pin       string    `json:"pin"`
	Role      Role      `json:"role"` // RoleLeader or RoleFollower
	JoinedAt  time.Time `json:"joinedAt"`
}

// Roster is the list of a group's hosts, made and signed by the leader only. Its epoch grows with every change.
type Roster struct {
	Group   string   `json:"group"` // UUID of the group
	Epoch   uint64   `json:"epoch"`
	Leader  string   `json:"leader"`  // id of the leader
	Members []Member `json:"members"` // sorted by id
}

var (
	uuidForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	nameForm = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?$`)
)

// NewRoster returns the first roster of a group: the leader alone.
func NewRoster(group string, leader Member, now time.Time) Roster {
	leader.Role, leader.JoinedAt = RoleLeader, now.UTC().Truncate(time.Second)
	return Roster{Group: group, Epoch: 1, Leader: leader.ID, Members: []Member{leader}}
}

// With returns the next roster, with m added or put in place of the member with the same id or pin.
func (r Roster) With(m Member) Roster {
	members := slices.DeleteFunc(slices.Clone(r.Members), func(o Member) bool { return o.ID == m.ID || o.Pin == m.Pin })
	members = append(members, m)
	slices.SortFunc(members, func(a, b Member) int { return cmp.Compare(a.ID, b.ID) })
	r.Members, r.Epoch = members, r.Epoch+1
	return r
}

// Without returns the next roster, without the host of that id.
func (r Roster) Without(id string) Roster {
	r.Members = slices.DeleteFunc(slices.Clone(r.Members), func(m Member) bool { return m.ID == id })
	r.Epoch++
	return r
}

// Follows says whether r is a later roster of the same group and leader: only then may it take the place of present.
func (r Roster) Follows(present Roster) bool {
	return r.Group == present.Group && r.Leader == present.Leader && r.Epoch > present.Epoch
}

// Moved returns the roster after a host told its present name and addresses, and whether that changed anything. What
// a host says about itself never changes its pin, role or id. A host without address keeps its last ones: that is
// where it is looked for.
func (r Roster) Moved(self Member) (Roster, bool) {
	old, ok := r.ByPin(self.Pin)
	if len(self.Addresses) == 0 {
		self.Addresses = old.Addresses
	}
	if !ok || old.Name == self.Name && old.Port == self.Port && slices.Equal(old.Addresses, self.Addresses) {
		return r, false
	}
	old.Name, old.Port, old.Addresses = self.Name, self.Port, self.Addresses
	return r.With(old), true
}

// ByID finds a member.
func (r Roster) ByID(id string) (Member, bool) {
	return r.find(func(m Member) bool { return m.ID == id })
}

// ByPin finds a member.
func (r Roster) ByPin(pin string) (Member, bool) {
	return r.find(func(m Member) bool { return m.Pin == pin })
}

func (r Roster) find(match func(Member) bool) (Member, bool) {
	if i := slices.IndexFunc(r.Members, match); i >= 0 {
		return r.Members[i], true
	}
	return Member{}, false
}

// Followers returns every member but the leader.
func (r Roster) Followers() []Member {
	return slices.DeleteFunc(slices.Clone(r.Members), func(m Member) bool { return m.ID == r.Leader })
}

// Validate checks the form and the bounds: ids and pins unique, exactly one leader, members sorted.
func (r Roster) Validate() error {
	if !uuidForm.MatchString(r.Group) || r.Epoch == 0 {
		return fmt.Errorf("roster: group %.40q or epoch %d is not valid", r.Group, r.Epoch)
	}
	if len(r.Members) == 0 || len(r.Members) > MaxMembers {
		return fmt.Errorf("roster: %d hosts, want 1 to %d", len(r.Members), MaxMembers)
	}
	pins := map[string]bool{}
	for i, m := range r.Members {
		if err := m.Validate(); err != nil {
			return fmt.Errorf("roster: %w", err)
		}
		if (m.ID == r.Leader) != (m.Role == RoleLeader) || pins[m.Pin] || i > 0 && r.Members[i-1].ID >= m.ID {
			return fmt.Errorf("roster: host %s is out of place, or one of two with the same key", m.ID)
		}
		pins[m.Pin] = true
	}
	if _, ok := r.ByID(r.Leader); !ok {
		return fmt.Errorf("roster: the leader is not in it")
	}
	return nil
}

// Validate checks the form and the bounds of what a host says about itself.
func (m Member) Validate() error {
	switch {
	case !uuidForm.MatchString(m.ID):
		return fmt.Errorf("%.40q is not a host id", m.ID)
	case !nameForm.MatchString(m.Name):
		return fmt.Errorf("%.40q is not a host name", m.Name)
	case m.Port < 1 || m.Port > 65535:
		return fmt.Errorf("port %d of host %s is out of range", m.Port, m.Name)
	case !ValidPin(m.Pin):
		return fmt.Errorf("host %s has no valid pin", m.Name)
	case m.Role != RoleLeader && m.Role != RoleFollower:
		return fmt.Errorf("host %s has no valid role", m.Name)
	}
	if err := validAddresses(m.Addresses); err != nil {
		return fmt.Errorf("host %s: %w", m.Name, err)
	}
	return nil
}
