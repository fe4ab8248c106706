package network

import "time"

// TryState is where a try is.
type TryState string

// The states of a try.
const (
	Applying        TryState = "applying"
	Verifying       TryState = "verifying"
	AwaitingConfirm TryState = "awaiting-confirm"
	Confirmed       TryState = "confirmed"
	RolledBack      TryState = "rolled-back"
)

// Try is one change on trial, or the last one that ended.
type Try struct {
	ID    string   `json:"id"`
	State TryState `json:"state"`
	// Deadline is when the host goes back by itself.
	Deadline time.Time `json:"deadline"`
	// Reason says in a sentence why it was rolled back.
	Reason string `json:"reason,omitempty"`
	// Changes is what the try changes.
	Changes []Line `json:"changes,omitempty"`
	// Warnings are what the checks found that is no reason to go back, in sentences.
	Warnings []string `json:"warnings,omitempty"`
}

// Pending says whether the try has not ended.
func (t Try) Pending() bool {
	return t.State == Applying || t.State == Verifying || t.State == AwaitingConfirm
}

// State is everything the machine remembers. It is stored as a whole before its effects run, so what the store holds is
// the truth after any crash. The zero State is a host that nobody has configured.
type State struct {
	Confirmed Settings `json:"confirmed"`
	// Candidate is set while the try is pending.
	Candidate *Settings `json:"candidate,omitempty"`
	Try       *Try      `json:"try,omitempty"`
	// Settling is set from the end of a try until the host runs and boots Confirmed.
	Settling bool `json:"settling,omitempty"`
	// Trouble says why settling did not succeed yet.
	Trouble string `json:"trouble,omitempty"`
}

// Event is something that happened. Events that carry an ID are about the try of that name.
type Event interface{ event() }

type (
	// Propose asks for a try. Candidate is validated.
	Propose struct {
		ID        string
		Candidate Settings
		Now       time.Time
		Deadline  time.Time
	}
	// Applied says that the system took the candidate over.
	Applied struct{ ID string }
	// ApplyFailed says why the candidate could not be applied.
	ApplyFailed struct{ ID, Reason string }
	// Verified says that every check of the candidate passed, maybe with warnings.
	Verified struct {
		ID       string
		Warnings []string
	}
	// VerifyFailed says which check did not.
	VerifyFailed struct{ ID, Reason string }
	// Confirm keeps the candidate. FreshConnection says that it came over a connection opened after the change, or from
	// the console: only that proves that the host can still be reached.
	Confirm struct {
		ID              string
		FreshConnection bool
		Now             time.Time
	}
	// Cancel ends the try at the user's wish.
	Cancel struct{ ID string }
	// Tick says what time it is.
	Tick struct{ Now time.Time }
	// AgentStarted is the first event of an agent's life.
	AgentStarted struct{}
	// Settled says that the host runs and boots the confirmed settings.
	Settled struct{}
	// SettleFailed says why it does not.
	SettleFailed struct{ Reason string }
	// Renamed says that the host has a new name. A name cannot lock anybody out, so it is not tried.
	Renamed struct{ Hostname string }
)

func (Propose) event()      {}
func (Applied) event()      {}
func (ApplyFailed) event()  {}
func (Verified) event()     {}
func (VerifyFailed) event() {}
func (Confirm) event()      {}
func (Cancel) event()       {}
func (Tick) event()         {}
func (AgentStarted) event() {}
func (Settled) event()      {}
func (SettleFailed) event() {}
func (Renamed) event()      {}

// Effect is something to do. A new effect ends the one that is still running.
type Effect interface{ effect() }

type (
	// Apply makes the host run Candidate where a power cut forgets it, and answers Applied or ApplyFailed.
	Apply struct {
		ID                   string
		Confirmed, Candidate Settings
		Deadline             time.Time
	}
	// Verify checks that the host can be reached with Candidate, and answers Verified or VerifyFailed.
	Verify struct {
		ID                   string
		Confirmed, Candidate Settings
		Deadline             time.Time
	}
	// Settle makes the host run and boot Confirmed and forgets any candidate. It answers Settled or SettleFailed.
	Settle struct{ Confirmed Settings }
)

func (Apply) effect()  {}
func (Verify) effect() {}
func (Settle) effect() {}

// RefusalKind says why the machine refuses, for programs.
type RefusalKind string

// The kinds of refusals.
const (
	TryPending     RefusalKind = "try-pending"
	NoSuchTry      RefusalKind = "no-such-try"
	TryNotReady    RefusalKind = "try-not-ready"
	TryEnded       RefusalKind = "try-ended"
	SameConnection RefusalKind = "same-connection"
	NothingToDo    RefusalKind = "nothing-to-change"
)

// Refusal is why the machine did not take an event. Nothing changed.
type Refusal struct {
	Kind    RefusalKind
	Message string
}

func (r *Refusal) Error() string { return r.Message }
