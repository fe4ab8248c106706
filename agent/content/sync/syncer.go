// Package sync brings the content of a group of linked hosts to every host:
// have/want by digest, from any host that holds a blob.
//
//	leader --Catalog (linked channel)--> SetCatalog
//	            |
//	            v
//	   manifest missing? --fetch--> Expect: its blobs are wanted
//	            |                        |
//	   item not in catalog? delete       v
//	                        content.Plan over the peers' have lists
//	                                     |  at most 4 at once, by range,
//	                                     v  kept over cuts and restarts
//	                        verify --> store --> all there? AddItem: completed
//
// One goroutine, Run, owns all decisions; fetches and the refresh of have
// lists are its children, and Run waits for them. A host whose catalog is not
// set (the leader) only refetches what its own items lost.
package sync

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/store"
)

// Peer is another host of the group.
type Peer struct {
	ID     string
	Leader bool
	Client *http.Client // presents our certificate, pins the peer's
	URLs   []string     // base URLs to try in order, without a slash at the end
}

// Options configure a Syncer. Self, Store and Peers are needed.
type Options struct {
	Self  string // id of this host
	Store *store.Store
	// Peers lists the other hosts of the group as the roster has them now.
	Peers func() []Peer
	Log   *slog.Logger
	// OnChange is called after progress, at most twice a second. It must not block.
	OnChange func()
	// Parallel is how many blobs are fetched at once; 0 is 4.
	Parallel int
	// Poll is how often peers are asked what they hold while something is
	// missing; 0 is 1 s.
	Poll time.Duration
	// Patience is how long a host waits for another one to take its share
	// from the leader before it takes it itself; 0 is 15 s.
	Patience time.Duration
}

// Syncer fetches what this host lacks. Make it with New, then call Run.
type Syncer struct {
	o    Options
	wake chan struct{}

	mu       sync.Mutex
	catalog  content.Catalog
	flights  map[string]*flight // by digest
	failures map[string]failure // by digest
	refused  map[[2]string]time.Time
	holds    map[string]map[string]bool // by peer id
	tags     map[string]string          // ETag of each peer's have list
	moved    time.Time                  // last progress of another follower
	notified time.Time
	// collected is whether garbage was removed since the catalog was set.
	collected bool
}

// New makes a Syncer that does nothing before Run.
func New(o Options) *Syncer {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.OnChange == nil {
		o.OnChange = func() {}
	}
	if o.Parallel == 0 {
		o.Parallel = 4
	}
	if o.Poll == 0 {
		o.Poll = time.Second
	}
	if o.Patience == 0 {
		o.Patience = 15 * time.Second
	}
	return &Syncer{o: o, wake: make(chan struct{}, 1), flights: map[string]*flight{}, failures: map[string]failure{},
		refused: map[[2]string]time.Time{}, holds: map[string]map[string]bool{}, tags: map[string]string{}}
}

// SetCatalog sets what this host must have; what is not in it is deleted. nil
// means: keep the own items, as the leader does. The catalog must have passed
// Validate.
func (s *Syncer) SetCatalog(c content.Catalog) {
	same := func(a, b content.CatalogEntry) bool { return a.Digest == b.Digest }
	s.mu.Lock()
	changed := (c == nil) != (s.catalog == nil) || !slices.EqualFunc(c, s.catalog, same)
	if changed {
		s.catalog = c
		s.failures = map[string]failure{}
		s.collected = false
	}
	s.mu.Unlock()
	if !changed {
		return
	}
	s.Wake()
}

// Wake makes Run look at the store and the peers now: after damage was found
// or the roster changed.
func (s *Syncer) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run syncs until ctx ends.
func (s *Syncer) Run(ctx context.Context) error {
	r := &run{Syncer: s, landed: make(chan struct{}, 1), refreshed: make(chan bool, 1)}
	defer r.children.Wait()
	s.mu.Lock()
	s.moved = time.Now()
	s.mu.Unlock()
	for {
		next := r.step(ctx)
		timer := time.NewTimer(next)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-s.wake:
		case <-r.landed:
		case <-r.refreshed:
			r.refreshing = false
		case <-timer.C:
		}
		timer.Stop()
	}
}

// run is the state of Run that only its goroutine touches.
type run struct {
	*Syncer
	children   sync.WaitGroup
	landed     chan struct{}
	refreshed  chan bool
	refreshing bool
	asked      time.Time
}

const idle = 30 * time.Second

// step does what can be done now and returns when to look again at the latest.
func (r *run) step(ctx context.Context) time.Duration {
	missing := r.reconcile()
	if len(missing) == 0 {
		r.notify(false)
		return idle
	}
	if !r.refreshing && time.Since(r.asked) >= r.o.Poll {
		r.refreshing, r.asked = true, time.Now()
		r.children.Go(func() {
			r.refresh(ctx)
			r.refreshed <- true
		})
	}
	for _, f := range r.plan(missing) {
		fl, ok := r.claim(f.Blob.Digest, r.o.Parallel)
		if !ok {
			continue
		}
		r.children.Go(func() {
			defer r.land(f.Blob.Digest, fl)
			r.record(f.Blob.Digest, r.fetch(ctx, f.Blob, f.Sources, fl))
		})
	}
	r.notify(false)
	return r.o.Poll
}

// notify calls OnChange at most twice a second.
func (s *Syncer) notify(now bool) {
	s.mu.Lock()
	due := now || time.Since(s.notified) >= 500*time.Millisecond
	if due {
		s.notified = time.Now()
	}
	s.mu.Unlock()
	if due {
		s.o.OnChange()
	}
}
