package linknet

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slipway-os/slipway/linking"
)

// Store is where the node keeps its one record; a Put is durable when it returns.
type Store interface {
	Get(key string, v any) (found bool, err error)
	Put(key string, v any) error
}

// Config wires a node. The functions are called often, from several goroutines: they answer at once and call no method
// that changes the group (Changed, Roster, Status, CurrentToken and PeerClient are safe). Desired, OnReport and
// HostInCluster are asked on the leader only, about its followers; Report and OnDesired are called on a follower only.
type Config struct {
	Identity Identity
	Store    Store
	Log      *slog.Logger
	Version  string // of the agent; hosts link when major and minor number agree
	// Self tells the host's present name, addresses (best first) and port; id, pin and role are filled in by the node.
	Self func() linking.Member
	// InCluster says whether this host is part of a cluster; HostInCluster whether a follower is. Nil means never.
	InCluster     func() bool
	HostInCluster func(hostID string) bool
	Report        func() linking.Topics                 // what the leader should know
	OnReport      func(hostID string, r linking.Topics) // whole report, each time it differs
	Desired       func(hostID string) linking.Topics
	OnDesired     func(linking.Topics) // whole wish, each time it differs and once after every start; one call at a time
	OnChange      func()               // role, roster, token or a host's connection changed; may be nil
	Now           func() time.Time     // nil means time.Now
}

// Node is a host's part in its group, whatever its role. All methods are safe for concurrent use.
type Node struct {
	cfg      Config
	updating sync.Mutex // serialises durable changes
	joining  sync.Mutex // held during Join: joining two leaders at once would leave an entry at one of them
	present  atomic.Pointer[snapshot]

	mu      sync.Mutex
	wake    chan struct{}       // closed and replaced at every change
	hosts   map[string]*contact // by host id
	flights map[*flight]struct{}
	clients map[string]*peerClient // by pin
	limit   attempts
	joins   chan struct{}  // slots for concurrent join requests
	stopped chan struct{}  // closed when Run ends
	helpers sync.WaitGroup // see spawn
}

// record is what is stored.
type record struct {
	Role   linking.Role         `json:"role"`
	Roster linking.SignedRoster `json:"roster"`
	Leader string               `json:"leader"` // pin of the leader
	Token  linking.TokenState   `json:"token"`
}

// snapshot is a record with its roster read.
type snapshot struct {
	record
	roster linking.Roster
}

const recordKey = "link"

// New reads the stored record; nothing runs yet.
func New(cfg Config) (*Node, error) {
	cfg.fillIn()
	n := &Node{cfg: cfg, wake: make(chan struct{}), hosts: map[string]*contact{}, flights: map[*flight]struct{}{},
		clients: map[string]*peerClient{}, joins: make(chan struct{}, maxJoins), stopped: make(chan struct{})}
	s := snapshot{record: record{Role: linking.RoleNone}}
	found, err := cfg.Store.Get(recordKey, &s.record)
	if err != nil {
		return nil, fmt.Errorf("read the link state of this host: %w", err)
	}
	if found && s.Role != linking.RoleNone {
		if s.roster, err = s.Roster.Verify(s.Leader); err != nil {
			return nil, fmt.Errorf("the stored link state of this host is damaged: %w: reset the host and link it again", err)
		}
		if _, ok := s.roster.ByPin(cfg.Identity.Pin); !ok {
			return nil, errors.New("the stored link state belongs to another host (was its disk copied?): reset this host and link it again")
		}
	}
	n.present.Store(&s)
	return n, nil
}

func (c *Config) fillIn() {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.InCluster == nil {
		c.InCluster = func() bool { return false }
	}
	if c.HostInCluster == nil {
		c.HostInCluster = func(string) bool { return false }
	}
	if c.OnChange == nil {
		c.OnChange = func() {}
	}
}

// Run keeps tokens fresh, the follower in touch and the leader's roster true until ctx ends. It owns every goroutine
// of the node and returns when all have ended.
func (n *Node) Run(ctx context.Context) error {
	var owned sync.WaitGroup
	owned.Go(func() { n.renewTokens(ctx) })
	owned.Go(func() { n.follow(ctx) })
	owned.Go(func() { n.lead(ctx) })
	owned.Wait()
	n.mu.Lock()
	close(n.stopped)
	n.mu.Unlock()
	n.helpers.Wait()
	n.dropClients(nil)
	return nil
}

// spawn runs a goroutine that Run waits for; false when Run has ended. The caller holds mu.
func (n *Node) spawn(task func()) bool {
	select {
	case <-n.stopped:
		return false
	default:
		n.helpers.Go(task)
		return true
	}
}

// Changed tells that something in Self, Report or Desired changed: waiting polls look again now.
func (n *Node) Changed() {
	n.mu.Lock()
	defer n.mu.Unlock()
	close(n.wake)
	n.wake = make(chan struct{})
}

// changes returns a channel that is closed at the next change. Take it before looking at what may change.
func (n *Node) changes() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.wake
}

// Roster returns the present roster and this host's role; ok is false when the host is not linked.
func (n *Node) Roster() (r linking.Roster, role linking.Role, ok bool) {
	s := n.present.Load()
	return s.roster, s.Role, s.Role != linking.RoleNone
}

// Status tells when a host was last heard of: on the leader any follower, on a follower its leader. A host counts as
// connected for some seconds longer than a poll lasts.
func (n *Node) Status(hostID string) (lastSeen time.Time, connected bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := n.hosts[hostID]
	if c == nil {
		return time.Time{}, false
	}
	return c.seen, n.cfg.Now().Sub(c.seen) < lostAfter
}

// seen notes that a host was heard of just now.
func (n *Node) seen(hostID string) *contact {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := n.hosts[hostID]
	if c == nil {
		c = &contact{}
		n.hosts[hostID] = c
	}
	c.seen = n.cfg.Now()
	return c
}

// change makes the next state. Together with an error it may return a changed state, which is then kept all the same:
// a refused join counts as a wrong try.
type change func(snapshot) (snapshot, error)

// update stores what fn makes of the present state, then lets everyone see it: waiting polls wake up and requests of
// hosts that the roster no longer has are cut.
func (n *Node) update(fn change) error {
	n.updating.Lock()
	defer n.updating.Unlock()
	old := n.present.Load()
	next, verdict := fn(*old)
	if reflect.DeepEqual(old.record, next.record) {
		return verdict
	}
	if err := n.cfg.Store.Put(recordKey, next.record); err != nil {
		return errors.Join(verdict, fmt.Errorf("store the link state of this host: %w", err))
	}
	n.present.Store(&next)
	n.cutRemoved(next.roster)
	n.Changed()
	n.cfg.OnChange()
	return verdict
}

// signed returns s with the leader's next roster, signed.
func (n *Node) signed(s snapshot, r linking.Roster) (snapshot, error) {
	signed, err := linking.Sign(r, n.cfg.Identity.key)
	if err != nil {
		return s, err
	}
	s.Role, s.Leader, s.record.Roster, s.roster = linking.RoleLeader, n.cfg.Identity.Pin, signed, r
	return s, nil
}

// self is this host as a member with that role.
func (n *Node) self(role linking.Role) linking.Member {
	m := n.cfg.Self()
	m.ID, m.Pin, m.Role = n.cfg.Identity.ID, n.cfg.Identity.Pin, role
	return m
}

func newSeed() []byte {
	seed := make([]byte, linking.SeedBytes)
	rand.Read(seed)
	return seed
}
