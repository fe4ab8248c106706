package network

import (
	"fmt"
	"time"
)

// Step is the whole machine: what the state becomes by an event, and what is to be done. Only Propose, Confirm and
// Cancel can be refused, with a *Refusal; the state is unchanged then. News of work for a try that has moved on change
// nothing.
func Step(s State, e Event) (State, []Effect, error) {
	switch e := e.(type) {
	case Propose:
		return propose(s, e)
	case Confirm:
		return confirm(s, e)
	case Cancel:
		if err := addressed(s, e.ID); err != nil {
			return s, nil, err
		}
		return rollBack(s, "the change was cancelled")
	case Applied:
		if s.is(e.ID, Applying) {
			return s.moved(Verifying), []Effect{Verify{e.ID, s.Confirmed, *s.Candidate, s.Try.Deadline}}, nil
		}
	case ApplyFailed:
		if s.is(e.ID, Applying) {
			return rollBack(s, "the settings could not be applied: "+e.Reason)
		}
	case Verified:
		if s.is(e.ID, Verifying) {
			s = s.moved(AwaitingConfirm)
			s.Try.Warnings = e.Warnings
			return s, nil, nil
		}
	case VerifyFailed:
		if s.is(e.ID, Verifying) {
			return rollBack(s, e.Reason)
		}
	case Tick:
		return tick(s, e.Now)
	case AgentStarted:
		return started(s)
	case Settled:
		s.Settling, s.Trouble = false, ""
	case SettleFailed:
		if s.Settling {
			s.Trouble = e.Reason
		}
	case Renamed:
		return renamed(s, e.Hostname), nil, nil
	}
	return s, nil, nil
}

func propose(s State, e Propose) (State, []Effect, error) {
	switch {
	case s.pending():
		return s, nil, &Refusal{TryPending, fmt.Sprintf(
			"another change (%s) is on trial: confirm it, cancel it, or wait until it ends at %s",
			s.Try.ID, s.Try.Deadline.UTC().Format(time.TimeOnly+" UTC"))}
	case s.Settling:
		return s, nil, &Refusal{TryPending, "the host is still putting its confirmed settings in place" + because(s.Trouble) + ": try again in a moment"}
	case s.Try != nil && s.Try.ID == e.ID:
		return s, nil, &Refusal{TryEnded, "a try of this name has ended; each try has a name of its own"}
	case !e.Now.Before(e.Deadline):
		return s, nil, &Refusal{TryEnded, "the time to confirm is over before the change begins: give it a later deadline"}
	}
	e.Candidate.Hostname = s.Confirmed.Hostname
	changes := Diff(s.Confirmed, e.Candidate)
	if len(changes) == 0 {
		return s, nil, &Refusal{NothingToDo, "these are the settings that the host already has"}
	}
	s.Candidate = &e.Candidate
	s.Try = &Try{ID: e.ID, State: Applying, Deadline: e.Deadline, Changes: changes}
	return s, []Effect{Apply{e.ID, s.Confirmed, e.Candidate, e.Deadline}}, nil
}

func confirm(s State, e Confirm) (State, []Effect, error) {
	if s.Try != nil && s.Try.ID == e.ID && s.Try.State == Confirmed {
		return s, nil, nil // the answer to the first one was lost on its way
	}
	if err := addressed(s, e.ID); err != nil {
		return s, nil, err
	}
	switch {
	case s.Try.State != AwaitingConfirm:
		return s, nil, &Refusal{TryNotReady, "the change is still being checked: confirm it when it awaits that"}
	case !e.Now.Before(s.Try.Deadline):
		return s, nil, &Refusal{TryEnded, "the time to confirm is over: the host goes back to its confirmed settings"}
	case !e.FreshConnection:
		return s, nil, &Refusal{SameConnection,
			"this connection is older than the change and proves nothing: open a new one to the host and confirm there"}
	}
	s = s.moved(Confirmed)
	s.Confirmed, s.Candidate, s.Settling = *s.Candidate, nil, true
	return s, []Effect{Settle{s.Confirmed}}, nil
}

// addressed refuses what is not about the pending try.
func addressed(s State, id string) error {
	switch {
	case s.Try == nil || s.Try.ID != id:
		return &Refusal{NoSuchTry, fmt.Sprintf("there is no change %.64q on trial", id)}
	case !s.pending() && s.Try.State == RolledBack:
		return &Refusal{TryEnded, "the change was rolled back" + because(s.Try.Reason)}
	case !s.pending():
		return &Refusal{TryEnded, "the change is confirmed already"}
	}
	return nil
}

func tick(s State, now time.Time) (State, []Effect, error) {
	switch {
	case s.pending() && !now.Before(s.Try.Deadline) && s.Try.State == AwaitingConfirm:
		return rollBack(s, "nobody confirmed the change in time")
	case s.pending() && !now.Before(s.Try.Deadline):
		return rollBack(s, "the settings could not be applied and checked in time")
	case s.Settling:
		return s, []Effect{Settle{s.Confirmed}}, nil
	}
	return s, nil, nil
}

// started settles in any case: after a reboot that is what puts the files in place.
func started(s State) (State, []Effect, error) {
	if s.pending() {
		return rollBack(s, "the host or its agent restarted before the change was confirmed")
	}
	s.Settling = true
	return s, []Effect{Settle{s.Confirmed}}, nil
}

func rollBack(s State, reason string) (State, []Effect, error) {
	s = s.moved(RolledBack)
	s.Try.Reason = reason
	s.Candidate, s.Settling = nil, true
	return s, []Effect{Settle{s.Confirmed}}, nil
}

func renamed(s State, name string) State {
	s.Confirmed.Hostname = name
	if s.Candidate != nil {
		candidate := *s.Candidate
		candidate.Hostname = name
		s.Candidate = &candidate
	}
	return s
}

func (s State) pending() bool { return s.Try != nil && s.Try.Pending() }

func (s State) is(id string, state TryState) bool {
	return s.pending() && s.Try.ID == id && s.Try.State == state
}

// moved is s with its try in another state; the try of s itself stays as it is.
func (s State) moved(to TryState) State {
	try := *s.Try
	try.State = to
	s.Try = &try
	return s
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return " (" + reason + ")"
}
