package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/slipway-os/slipway/agent/network"
)

// Store keeps the state. Put is durable when it returns.
type Store interface {
	Get(key string, v any) (found bool, err error)
	Put(key string, v any) error
}

// Configurer makes the host run settings. Both methods may be repeated.
type Configurer interface {
	// Try runs candidate in a way that a power cut forgets.
	Try(ctx context.Context, confirmed, candidate network.Settings) error
	// Settle runs confirmed, now and after a boot, and forgets any candidate.
	Settle(ctx context.Context, confirmed network.Settings) error
}

// Verifier says what is wrong with settings, in one sentence, or nil.
type Verifier interface {
	// Conflicts looks before the change for other machines that have the addresses.
	Conflicts(ctx context.Context, confirmed, candidate network.Settings) error
	// Verify looks after the change whether the host can be reached. It may try until ctx ends. Warnings are no failure.
	Verify(ctx context.Context, confirmed, candidate network.Settings) (warnings []string, err error)
}

// Watchdog puts the confirmed settings back some seconds after the deadline, whatever becomes of the agent.
type Watchdog interface {
	Arm(ctx context.Context, deadline time.Time) error
	Disarm(ctx context.Context) error
}

// Observer reads what the kernel reports.
type Observer interface {
	Observe(ctx context.Context) ([]network.Observed, error)
}

// Hostnames sets the host's name.
type Hostnames interface {
	SetHostname(ctx context.Context, name string) error
}

// Deps is what the engine works with. Leader and Changed may be nil.
type Deps struct {
	Configurer Configurer
	Verifier   Verifier
	Watchdog   Watchdog
	Observer   Observer
	Hostnames  Hostnames
	// Leader says whether this host's leader can be reached: nil when it can or there is none.
	Leader func(ctx context.Context) error
	// Changed is told after each change of state. It must not call the engine and must not block.
	Changed func(network.State)
	Log     *slog.Logger
}

// Engine runs tries. Its methods are safe for concurrent use and answer while Run runs.
type Engine struct {
	deps  Deps
	store Store
	calls chan call
	begun chan struct{} // closed when Run knows the confirmed settings
	ended chan struct{} // closed when Run returns

	mu    sync.Mutex // for state alone; only Run writes it
	state network.State

	// What follows belongs to Run.
	worker  worker
	applied time.Time // when the candidate of the pending try was in place
}

// stateKey is the one key of the store.
const stateKey = "network"

// ErrStopped says that the agent is stopping or has not started.
var ErrStopped = errors.New("the network settings are not served: the agent is stopping; try again in a moment")

// New makes an engine; Run makes it work.
func New(deps Deps, store Store) *Engine {
	return &Engine{
		deps: deps, store: store, calls: make(chan call), begun: make(chan struct{}), ended: make(chan struct{}),
		worker: worker{outcomes: make(chan network.Event)},
	}
}

// call asks Run to take an event that it makes from the state of then.
type call struct {
	event func(network.State) (network.Event, error)
	reply chan error // buffered: Run never waits for who asked
}

// Run puts the confirmed settings in place and serves until ctx ends, which is no error. It may be called once. A try
// that is pending when it ends is rolled back by the next Run or by the watchdog.
func (e *Engine) Run(ctx context.Context) error {
	defer close(e.ended)
	var state network.State
	if _, err := e.store.Get(stateKey, &state); err != nil {
		return fmt.Errorf("read the network settings: %w", err)
	}
	e.publish(state)
	defer e.worker.stop()
	if err := e.take(ctx, network.AgentStarted{}); err != nil {
		return err
	}
	close(e.begun)
	for {
		timer := time.NewTimer(e.untilTick())
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case c := <-e.calls:
			c.reply <- e.answer(ctx, c)
		case outcome := <-e.worker.outcomes:
			e.takeOutcome(ctx, outcome)
		case <-timer.C:
			e.takeOutcome(ctx, network.Tick{Now: time.Now()})
		}
		timer.Stop()
	}
}

// retryAfter is the pause before settling is tried again.
const retryAfter = 5 * time.Second

// untilTick is when the machine wants to be told the time.
func (e *Engine) untilTick() time.Duration {
	switch s := e.snapshot(); {
	case s.Try != nil && s.Try.Pending():
		return time.Until(s.Try.Deadline)
	case s.Settling && s.Trouble != "":
		return retryAfter
	}
	return time.Hour // a tick that changes nothing
}

func (e *Engine) answer(ctx context.Context, c call) error {
	event, err := c.event(e.snapshot())
	if err != nil {
		return err
	}
	return e.take(ctx, event)
}

// takeOutcome takes an event that nobody waits for.
func (e *Engine) takeOutcome(ctx context.Context, event network.Event) {
	if _, ok := event.(network.Applied); ok {
		e.applied = time.Now()
	}
	if err := e.take(ctx, event); err != nil {
		e.deps.Log.ErrorContext(ctx, "network settings", "err", err)
	}
}

// take steps the machine, stores its state and starts what it asks for. A step that brings something new is not made
// when it cannot be stored; one that brings the host back is made all the same, because the store then still says that
// the try is pending, and the next Run rolls back too.
func (e *Engine) take(ctx context.Context, event network.Event) error {
	before := e.snapshot()
	after, effects, err := network.Step(before, event)
	if err != nil {
		return err
	}
	if err := e.store.Put(stateKey, after); err != nil {
		switch event.(type) {
		case network.Propose, network.Confirm, network.Renamed:
			return fmt.Errorf("the network settings could not be stored, so nothing changed: %w", err)
		}
		e.deps.Log.ErrorContext(ctx, "storing the state of the network settings", "err", err)
	}
	e.publish(after)
	e.tell(ctx, before, after)
	for _, effect := range effects {
		e.worker.start(ctx, func(ctx context.Context) network.Event { return e.perform(ctx, effect) })
	}
	return nil
}

// tell logs what a person should find in the journal.
func (e *Engine) tell(ctx context.Context, before, after network.State) {
	if e.deps.Changed != nil {
		e.deps.Changed(after)
	}
	switch t := after.Try; {
	case after.Trouble != "" && after.Trouble != before.Trouble:
		e.deps.Log.WarnContext(ctx, "the confirmed network settings are not in place yet", "reason", after.Trouble)
	case t == nil || before.Try != nil && before.Try.State == t.State && before.Try.ID == t.ID:
	case t.State == network.RolledBack:
		e.deps.Log.WarnContext(ctx, "a change of the network settings was rolled back", "try", t.ID, "reason", t.Reason)
	default:
		e.deps.Log.InfoContext(ctx, "a change of the network settings", "try", t.ID, "state", t.State)
	}
}

func (e *Engine) publish(s network.State) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.state = s
}

func (e *Engine) snapshot() network.State {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.state
}
