package engine

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/slipway-os/slipway/agent/network"
)

// How long a caller may give himself to confirm.
const (
	DefaultConfirmWithin = 60 * time.Second
	MinConfirmWithin     = 10 * time.Second
	MaxConfirmWithin     = 10 * time.Minute
)

// View is the network as it is, as it boots, and what is on trial.
type View struct {
	Confirmed network.Settings  `json:"confirmed"`
	Candidate *network.Settings `json:"candidate,omitempty"`
	// Try is the pending try or the last one.
	Try *network.Try `json:"try,omitempty"`
	// Settling: the confirmed settings are not in place yet; Trouble says why when an attempt failed.
	Settling bool               `json:"settling,omitempty"`
	Trouble  string             `json:"trouble,omitempty"`
	Observed []network.Observed `json:"observed"`
}

// beginLimit is how long Show waits for Run to begin.
const beginLimit = 2 * time.Second

// Show answers also when Run does not run, with what it knows. While the agent starts it waits a moment, so that nobody is shown
// a host without settings.
func (e *Engine) Show(ctx context.Context) (View, error) {
	limit := time.NewTimer(beginLimit)
	defer limit.Stop()
	select {
	case <-e.begun:
	case <-e.ended:
	case <-limit.C:
	case <-ctx.Done():
		return View{}, ctx.Err()
	}
	observed, err := e.deps.Observer.Observe(ctx)
	if err != nil {
		return View{}, err
	}
	s := e.snapshot()
	return View{s.Confirmed, s.Candidate, s.Try, s.Settling, s.Trouble, observed}, nil
}

// Propose starts a try of the confirmed settings with the change. It answers when the try is stored, in the state
// applying; what becomes of it is in Show. confirmWithin 0 means the default. Errors are network.Problems (settings that
// cannot be) and *network.Refusal (not now); nothing has changed then.
func (e *Engine) Propose(ctx context.Context, change network.Change, confirmWithin time.Duration) (network.Try, error) {
	if confirmWithin == 0 {
		confirmWithin = DefaultConfirmWithin
	}
	if confirmWithin < MinConfirmWithin || confirmWithin > MaxConfirmWithin {
		return network.Try{}, network.Problems{{Field: "confirmWithin", Message: fmt.Sprintf(
			"the time to confirm is %s to %s, not %s", MinConfirmWithin, MaxConfirmWithin, confirmWithin)}}
	}
	observed, err := e.deps.Observer.Observe(ctx)
	if err != nil {
		return network.Try{}, err
	}
	return e.try(ctx, func(s network.State) (network.Event, error) {
		change, err := change.Resolve(s.Confirmed, observed)
		if err != nil {
			return nil, err
		}
		candidate := s.Confirmed.With(change)
		if err := candidate.Validate(); err != nil {
			return nil, err
		}
		now := time.Now()
		return network.Propose{ID: newID(), Candidate: candidate, Now: now, Deadline: now.Add(confirmWithin)}, nil
	})
}

// Confirm keeps what is on trial under the id. openedAt is when the caller's connection was accepted: it must not be
// before the change was applied, because only then the host is known to be reachable. A key at the console, which needs no
// network, passes time.Now(). Refusals are *network.Refusal.
func (e *Engine) Confirm(ctx context.Context, id string, openedAt time.Time) (network.Try, error) {
	return e.try(ctx, func(network.State) (network.Event, error) {
		return network.Confirm{ID: id, FreshConnection: !openedAt.Before(e.applied), Now: time.Now()}, nil
	})
}

// Cancel takes back what is on trial under the id. Refusals are *network.Refusal.
func (e *Engine) Cancel(ctx context.Context, id string) (network.Try, error) {
	return e.try(ctx, func(network.State) (network.Event, error) { return network.Cancel{ID: id}, nil })
}

// SetHostname names the host, now and at every boot. A name that is no host name is a network.Problems.
func (e *Engine) SetHostname(ctx context.Context, name string) error {
	if err := network.ValidateHostname(name); err != nil {
		return network.Problems{{Field: "hostname", Message: err.Error()}}
	}
	err := e.ask(ctx, func(network.State) (network.Event, error) { return network.Renamed{Hostname: name}, nil })
	if err != nil {
		return err
	}
	return e.deps.Hostnames.SetHostname(ctx, name)
}

// Preset gives a host that nobody has configured its first settings, which are validated. Call it before Run, which puts
// them in place. A host that has settings keeps them.
func (e *Engine) Preset(first network.Settings) error {
	var s network.State
	if found, err := e.store.Get(stateKey, &s); found || err != nil {
		return err
	}
	return e.store.Put(stateKey, network.State{Confirmed: first})
}

func (e *Engine) try(ctx context.Context, event func(network.State) (network.Event, error)) (network.Try, error) {
	if err := e.ask(ctx, event); err != nil {
		return network.Try{}, err
	}
	return *e.snapshot().Try, nil
}

// ask has Run take an event.
func (e *Engine) ask(ctx context.Context, event func(network.State) (network.Event, error)) error {
	c := call{event, make(chan error, 1)}
	select {
	case e.calls <- c:
	case <-e.ended:
		return ErrStopped
	case <-ctx.Done():
		return ctx.Err()
	}
	// Run answers every call that it took.
	return <-c.reply
}

// newID names a try: short enough to type, never used before.
func newID() string { return strings.ToLower(rand.Text()[:8]) }
