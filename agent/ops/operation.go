package ops

import (
	"encoding/json"
	"slices"
	"time"
)

// State says how far an operation or a step is.
type State string

// The states; the last three are final.
const (
	Pending   State = "pending"
	Running   State = "running"
	Succeeded State = "succeeded"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Final reports whether the state never changes again.
func (s State) Final() bool { return s == Succeeded || s == Failed || s == Cancelled }

// Progress is how much of a step is done, in Unit ("bytes", "hosts" ...). A Total of 0 is not known yet.
type Progress struct {
	Done  int64  `json:"done"`
	Total int64  `json:"total"`
	Unit  string `json:"unit"`
}

// Step is one part of an operation, as the user sees it.
type Step struct {
	Name      string     `json:"name"`
	State     State      `json:"state"`
	Progress  *Progress  `json:"progress,omitempty"`
	StartedAt *time.Time `json:"startedAt,omitempty"`
	EndedAt   *time.Time `json:"endedAt,omitempty"`
	Message   string     `json:"message,omitempty"`
}

// Operation is what the API shows of an operation. A value of it is a copy: it does not change any more.
type Operation struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind"`
	Title     string     `json:"title"`
	State     State      `json:"state"`
	Steps     []Step     `json:"steps"`
	Error     string     `json:"error,omitempty"`
	CreatedAt time.Time  `json:"createdAt"`
	EndedAt   *time.Time `json:"endedAt,omitempty"`
}

// record is an operation as the store keeps it. Input may hold a secret (a link token), so it is never in Operation.
type record struct {
	Operation
	Input           json.RawMessage `json:"input"`
	CancelRequested bool            `json:"cancelRequested,omitempty"`
}

func (o Operation) clone() Operation {
	o.Steps = cloneSteps(o.Steps)
	return o
}

// cloneSteps copies what may change in place; the times are only ever replaced. It never gives nil, so that JSON has [].
func cloneSteps(steps []Step) []Step {
	out := append([]Step{}, steps...)
	for i := range out {
		if p := out[i].Progress; p != nil {
			c := *p
			out[i].Progress = &c
		}
	}
	return out
}

// step gives the step called name, adding it when the operation has none.
func (o *Operation) step(name string) *Step {
	i := slices.IndexFunc(o.Steps, func(s Step) bool { return s.Name == name })
	if i < 0 {
		o.Steps = append(o.Steps, Step{Name: name, State: Pending})
		i = len(o.Steps) - 1
	}
	return &o.Steps[i]
}

// finish ends the operation and what of its steps has not ended.
func (o *Operation) finish(state State, message string, now time.Time) {
	o.State, o.Error, o.EndedAt = state, message, &now
	for i := range o.Steps {
		if s := &o.Steps[i]; s.State == Running || (s.State == Pending && state == Cancelled) {
			s.State, s.EndedAt = state, &now
		}
	}
}
