package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/slipway-os/slipway/agent/network"
)

const (
	// forThePerson is what verifying leaves of the time to the deadline, when that is long enough.
	forThePerson = 15 * time.Second
	// settleLimit is how long one attempt to settle may take.
	settleLimit = 30 * time.Second
)

// perform does what the machine asks for and says how it went.
func (e *Engine) perform(ctx context.Context, effect network.Effect) network.Event {
	switch f := effect.(type) {
	case network.Apply:
		if err := e.apply(ctx, f); err != nil {
			return network.ApplyFailed{ID: f.ID, Reason: err.Error()}
		}
		return network.Applied{ID: f.ID}
	case network.Verify:
		warnings, err := e.verify(ctx, f)
		if err != nil {
			return network.VerifyFailed{ID: f.ID, Reason: err.Error()}
		}
		return network.Verified{ID: f.ID, Warnings: warnings}
	case network.Settle:
		if err := e.settle(ctx, f.Confirmed); err != nil {
			return network.SettleFailed{Reason: err.Error()}
		}
		return network.Settled{}
	}
	panic(fmt.Sprintf("unknown effect %T", effect))
}

// apply looks for conflicts first: a taken address is refused before the machine that has it can notice.
func (e *Engine) apply(ctx context.Context, f network.Apply) error {
	ctx, cancel := context.WithDeadline(ctx, f.Deadline)
	defer cancel()
	if err := e.deps.Verifier.Conflicts(ctx, f.Confirmed, f.Candidate); err != nil {
		return err
	}
	if err := e.deps.Watchdog.Arm(ctx, f.Deadline); err != nil {
		return fmt.Errorf("the timer that takes a change back cannot be set: %w", err)
	}
	return e.deps.Configurer.Try(ctx, f.Confirmed, f.Candidate)
}

func (e *Engine) verify(ctx context.Context, f network.Verify) ([]string, error) {
	left := time.Until(f.Deadline)
	ctx, cancel := context.WithTimeout(ctx, max(left/2, left-forThePerson))
	defer cancel()
	warnings, err := e.deps.Verifier.Verify(ctx, f.Confirmed, f.Candidate)
	if err != nil || e.deps.Leader == nil {
		return warnings, err
	}
	return warnings, e.reachLeader(ctx)
}

// reachLeader asks until the leader answers or ctx ends: the way there may take a moment to be learnt.
func (e *Engine) reachLeader(ctx context.Context) error {
	for {
		err := e.deps.Leader(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("this host's leader cannot be reached with these settings: %w", err)
		case <-time.After(time.Second):
		}
	}
}

// settle also names the host, because what /etc says of that is lost at a reboot.
func (e *Engine) settle(ctx context.Context, confirmed network.Settings) error {
	ctx, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	if err := e.deps.Configurer.Settle(ctx, confirmed); err != nil {
		return err
	}
	if err := e.deps.Watchdog.Disarm(ctx); err != nil {
		// When it fires it finds no candidate, and the next try sets it anew.
		e.deps.Log.WarnContext(ctx, "the timer of the network settings could not be stopped", "err", err)
	}
	if confirmed.Hostname == "" {
		return nil
	}
	return e.deps.Hostnames.SetHostname(ctx, confirmed.Hostname)
}
