package ops

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"
)

// Run resumes the operations of a former life, runs those that are started meanwhile, and returns when ctx is done and
// every runner has returned. Operations that have not ended by then stay running in the store. Call it once.
func (m *Manager) Run(ctx context.Context) error {
	var group errgroup.Group
	m.mu.Lock()
	m.launch = func(l *live) {
		group.Go(func() error { m.run(ctx, l); return nil })
	}
	for _, l := range m.all {
		if !ended(l) {
			m.launch(l)
		}
	}
	m.mu.Unlock()

	m.saveProgress(ctx)

	m.mu.Lock()
	m.launch = nil
	m.mu.Unlock()
	return group.Wait()
}

// saveProgress saves dirty operations at most every saveEvery until ctx is done. While nothing moves it sleeps.
func (m *Manager) saveProgress(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-m.wake:
		}
		m.saveDirty()
		select {
		case <-ctx.Done():
			return
		case <-time.After(saveEvery):
		}
	}
}

func (m *Manager) saveDirty() {
	m.mu.Lock()
	lives := make([]*live, 0, len(m.all))
	for _, l := range m.all {
		lives = append(lives, l)
	}
	m.mu.Unlock()
	for _, l := range lives {
		l.mu.Lock()
		if l.dirty {
			if err := m.save(l); err != nil {
				m.log.Warn("progress cannot be saved; it is tried again", "operation", l.rec.ID, "err", err)
			}
		}
		l.mu.Unlock()
	}
}

// run runs one operation to its end, or until the agent stops.
func (m *Manager) run(stop context.Context, l *live) {
	ctx, cancel := context.WithCancel(stop)
	defer cancel()
	l.mu.Lock()
	l.cancel = cancel
	l.rec.State = Running
	if l.rec.CancelRequested {
		cancel() // in a former life; the runner gets the chance to clean up
	}
	if err := m.save(l); err != nil {
		m.log.Warn("an operation cannot be saved", "operation", l.rec.ID, "err", err)
	}
	kind, input := l.rec.Kind, l.rec.Input
	log := m.log.With("operation", l.rec.ID, "kind", kind)
	l.mu.Unlock()

	m.mu.Lock()
	runner := m.runners[kind]
	m.mu.Unlock()
	err := fmt.Errorf("this agent knows no operation of kind %q: another version started it; start it anew", kind)
	if runner != nil {
		err = guard(func() error { return runner(ctx, &Handle{m: m, l: l, ctx: ctx, Log: log}, input) })
	}
	m.end(stop, l, err)
}

// panicError is what guard returns; its text is for the user, the stack for the log.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string {
	return fmt.Sprintf("internal error: %v; please report it with a support bundle", e.value)
}

// guard turns a panic into an error: otherwise the operation would be resumed after the crash, and panic again, for ever.
func guard(fn func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &panicError{r, debug.Stack()}
		}
	}()
	return fn()
}

func (m *Manager) end(stop context.Context, l *live, err error) {
	l.mu.Lock()
	l.cancel = nil
	log := m.log.With("operation", l.rec.ID, "kind", l.rec.Kind)
	state, message := Succeeded, ""
	switch {
	case err == nil:
	case l.rec.CancelRequested:
		state = Cancelled
		if !errors.Is(err, context.Canceled) {
			message = err.Error()
		}
	case stop.Err() != nil && !isPanic(err):
		log.Info("the operation is interrupted; it resumes with the agent", "err", err)
		l.mu.Unlock()
		return
	default:
		state, message = Failed, err.Error()
	}
	if p := (*panicError)(nil); errors.As(err, &p) {
		log.Error("a runner panicked", "value", p.value, "stack", string(p.stack))
	}
	l.rec.finish(state, message, time.Now().UTC())
	l.rec.Input = nil // nothing needs it any more, and it may hold a secret
	saveErr := m.save(l)
	l.mu.Unlock()
	if saveErr != nil {
		log.Error("the end of an operation cannot be saved; after a restart it runs again", "err", saveErr)
	}
	close(l.done)
	log.Info("the operation has ended", "state", state, "err", err)
	m.prune()
}

func isPanic(err error) bool {
	var p *panicError
	return errors.As(err, &p)
}

// prune forgets the oldest ended operations beyond maxHistory.
func (m *Manager) prune() {
	kept := 0
	for _, op := range m.List() {
		if !op.State.Final() {
			continue
		}
		if kept++; kept <= maxHistory {
			continue
		}
		if err := m.store.Delete(op.ID); err != nil {
			m.log.Warn("an old operation cannot be deleted", "operation", op.ID, "err", err)
			continue
		}
		m.mu.Lock()
		delete(m.all, op.ID)
		m.mu.Unlock()
	}
}
