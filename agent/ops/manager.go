package ops

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// maxHistory is how many ended operations are kept; the oldest go first.
	maxHistory = 100
	// maxActive bounds what clients can start at once.
	maxActive = 32
	// saveEvery is the shortest time between two saves of mere progress: twice a second is enough for eyes, and spares
	// the disk.
	saveEvery = 500 * time.Millisecond
)

// ErrNotFound is wrapped when no operation has the id.
var ErrNotFound = errors.New("there is no such operation")

// ErrEnded is wrapped by Cancel for an operation that has ended.
var ErrEnded = errors.New("the operation has ended")

// Store keeps records; agent/state's Bucket is one.
type Store interface {
	Put(key string, v any) error
	Delete(key string) error
	Each(fn func(key string, raw []byte) error) error
}

// Runner does the work of one kind of operation. It returns soon after ctx is done, with ctx's error.
type Runner func(ctx context.Context, h *Handle, input json.RawMessage) error

// Manager knows every operation. Safe for concurrent use.
type Manager struct {
	store   Store
	publish func(Operation)
	log     *slog.Logger
	wake    chan struct{} // tells the saver that a record is dirty

	mu      sync.Mutex
	runners map[string]Runner
	all     map[string]*live
	launch  func(*live) // set while Run runs
}

// live is an operation in memory. Its mutex is held while it is saved, so that saves cannot overtake each other.
type live struct {
	mu     sync.Mutex
	rec    record
	dirty  bool
	cancel context.CancelFunc // set while its runner runs
	done   chan struct{}      // closed when the state is final and saved
}

// New loads the operations from the store. publish is called with every new value of an operation and must not block
// or call the manager.
func New(store Store, publish func(Operation), log *slog.Logger) (*Manager, error) {
	m := &Manager{
		store: store, publish: publish, log: log, wake: make(chan struct{}, 1),
		runners: map[string]Runner{}, all: map[string]*live{},
	}
	err := store.Each(func(key string, raw []byte) error {
		l := &live{done: make(chan struct{})}
		if err := json.Unmarshal(raw, &l.rec); err != nil {
			return fmt.Errorf("operation %s: %w", key, err)
		}
		if l.rec.State.Final() {
			close(l.done)
		}
		m.all[key] = l
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("loading the operations: %w", err)
	}
	return m, nil
}

// Register names the runner of a kind. Call it before Run.
func (m *Manager) Register(kind string, run Runner) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.runners[kind] = run
}

// Start records an operation durably and runs it as soon as Run runs. title is for people; input is what the runner
// gets, now and after a restart.
func (m *Manager) Start(kind, title string, input any) (Operation, error) {
	raw, err := json.Marshal(input)
	if err != nil {
		return Operation{}, fmt.Errorf("starting %s: encoding its input: %w", kind, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.runners[kind] == nil {
		return Operation{}, fmt.Errorf("starting %s: this agent has no operation of that kind", kind)
	}
	if n := m.active(); n >= maxActive {
		return Operation{}, fmt.Errorf("%d operations are running already; wait for one to end or cancel one", n)
	}
	l := &live{done: make(chan struct{}), rec: record{Input: raw, Operation: Operation{
		ID: newID(), Kind: kind, Title: title, State: Pending, Steps: []Step{}, CreatedAt: time.Now().UTC(),
	}}}
	if err := m.store.Put(l.rec.ID, l.rec); err != nil {
		return Operation{}, fmt.Errorf("starting %s: %w", kind, err)
	}
	op := l.rec.clone()
	m.all[op.ID] = l
	m.publish(op)
	if m.launch != nil {
		m.launch(l)
	}
	return op, nil
}

// newID is 60 random bits in lower-case base32: short enough to type, too many to guess.
func newID() string { return strings.ToLower(rand.Text()[:12]) }

// active counts the operations that have not ended. Called with mu held.
func (m *Manager) active() (n int) {
	for _, l := range m.all {
		if !ended(l) {
			n++
		}
	}
	return n
}

func ended(l *live) bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// List gives every operation, newest first.
func (m *Manager) List() []Operation {
	m.mu.Lock()
	lives := make([]*live, 0, len(m.all))
	for _, l := range m.all {
		lives = append(lives, l)
	}
	m.mu.Unlock()
	out := make([]Operation, len(lives))
	for i, l := range lives {
		out[i] = l.snapshot()
	}
	slices.SortFunc(out, newestFirst)
	return out
}

func newestFirst(a, b Operation) int {
	if c := b.CreatedAt.Compare(a.CreatedAt); c != 0 {
		return c
	}
	return strings.Compare(b.ID, a.ID)
}

// Get gives one operation, or ErrNotFound.
func (m *Manager) Get(id string) (Operation, error) {
	l, err := m.find(id)
	if err != nil {
		return Operation{}, err
	}
	return l.snapshot(), nil
}

// Wait gives the operation when it has ended; when ctx is done first, it gives the operation as it is and ctx's error.
func (m *Manager) Wait(ctx context.Context, id string) (Operation, error) {
	l, err := m.find(id)
	if err != nil {
		return Operation{}, err
	}
	select {
	case <-l.done:
		return l.snapshot(), nil
	case <-ctx.Done():
		return l.snapshot(), ctx.Err()
	}
}

// Cancel asks an operation to end; Wait tells when it has. The wish is durable: after a restart it still holds.
func (m *Manager) Cancel(id string) (Operation, error) {
	l, err := m.find(id)
	if err != nil {
		return Operation{}, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rec.State.Final() {
		return l.rec.clone(), fmt.Errorf("%s: %w: it has %s", id, ErrEnded, l.rec.State)
	}
	l.rec.CancelRequested = true
	if err := m.save(l); err != nil {
		return l.rec.clone(), fmt.Errorf("cancelling %s: %w", id, err)
	}
	if l.cancel != nil {
		l.cancel()
	}
	return l.rec.clone(), nil
}

func (m *Manager) find(id string) (*live, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.all[id]
	if l == nil {
		return nil, fmt.Errorf("%w: %.64q; see `slipway operation list`", ErrNotFound, id)
	}
	return l, nil
}

func (l *live) snapshot() Operation {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rec.clone()
}

// save writes and publishes l, whose mutex the caller holds.
func (m *Manager) save(l *live) error {
	l.dirty = false
	if err := m.store.Put(l.rec.ID, l.rec); err != nil {
		l.dirty = true
		return err
	}
	m.publish(l.rec.clone())
	return nil
}
