package ops

import (
	"context"
	"log/slog"
	"time"
)

// Handle is a runner's side of its operation. It may be used by several goroutines of the runner.
type Handle struct {
	m   *Manager
	l   *live
	ctx context.Context

	// Log carries the operation's id and kind.
	Log *slog.Logger
}

// ID is the operation's id.
func (h *Handle) ID() string { return h.l.rec.ID }

// Plan shows the steps that will come, in order, so that the user sees the whole way from the beginning. Steps that
// exist already keep their state.
func (h *Handle) Plan(names ...string) error {
	return h.change(func(o *Operation) {
		for _, n := range names {
			o.step(n)
		}
	})
}

// Step runs fn as the step called name. When the step succeeded in a former life of the agent, fn is skipped. The
// step's end is durable when Step returns; an error of fn is returned as it is.
func (h *Handle) Step(name string, fn func(ctx context.Context) error) error {
	h.l.mu.Lock()
	done := h.l.rec.step(name).State == Succeeded
	h.l.mu.Unlock()
	if done {
		return nil
	}
	return h.Again(name, fn)
}

// Again is Step for work that does not outlive the agent (a connection, a lock held in memory): it runs fn also when
// the step succeeded before.
func (h *Handle) Again(name string, fn func(ctx context.Context) error) error {
	if err := h.ctx.Err(); err != nil {
		return err
	}
	err := h.change(func(o *Operation) {
		now := time.Now().UTC()
		s := o.step(name)
		*s = Step{Name: name, State: Running, StartedAt: &now, Progress: s.Progress}
	})
	if err != nil {
		return err
	}
	err = fn(h.ctx)
	if err != nil && h.ctx.Err() != nil {
		return err // interrupted or cancelled: Manager.end decides what the step becomes
	}
	saveErr := h.change(func(o *Operation) {
		now := time.Now().UTC()
		s := o.step(name)
		s.State, s.EndedAt = Succeeded, &now
		if err != nil {
			s.State, s.Message = Failed, err.Error()
		}
	})
	if err != nil {
		return err
	}
	return saveErr
}

// Progress tells how much of a step is done; the step is added when it is new. It is cheap: call it as often as there
// is news. It becomes visible at most twice a second, and the last of it surely when the step ends.
func (h *Handle) Progress(step string, p Progress) {
	h.later(func(o *Operation) { o.step(step).Progress = &p })
}

// Message sets the sentence that the user sees beside a step, for instance what it waits for. Cheap, like Progress.
func (h *Handle) Message(step, text string) {
	h.later(func(o *Operation) { o.step(step).Message = text })
}

// SetSteps replaces all steps: for an operation that mirrors work which another host reports. Cheap, like Progress.
func (h *Handle) SetSteps(steps []Step) {
	copied := cloneSteps(steps)
	h.later(func(o *Operation) { o.Steps = copied })
}

// change edits the operation and saves it at once.
func (h *Handle) change(edit func(*Operation)) error {
	h.l.mu.Lock()
	defer h.l.mu.Unlock()
	edit(&h.l.rec.Operation)
	return h.m.save(h.l)
}

// later edits the operation and leaves saving to the saver of Run.
func (h *Handle) later(edit func(*Operation)) {
	h.l.mu.Lock()
	edit(&h.l.rec.Operation)
	h.l.dirty = true
	h.l.mu.Unlock()
	select {
	case h.m.wake <- struct{}{}:
	default: // it will come by anyway
	}
}
