package network

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"
)

var t0 = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// play runs events on a host that has static settings and fails on a refusal.
func play(t *testing.T, events ...Event) (State, []Effect) {
	t.Helper()
	s := State{Confirmed: Settings{Adapters: []Adapter{static()}}}
	var effects []Effect
	for _, e := range events {
		var err error
		if s, effects, err = Step(s, e); err != nil {
			t.Fatalf("%T: %v", e, err)
		}
	}
	return s, effects
}

func proposal(id string) Propose {
	return Propose{ID: id, Candidate: Settings{Adapters: []Adapter{dhcp()}}, Now: t0, Deadline: t0.Add(time.Minute)}
}

func TestConfirmedTry(t *testing.T) {
	s, effects := play(t, proposal("a"))
	if s.Try.State != Applying || len(effects) != 1 || effects[0].(Apply).Candidate.Adapters[0].DHCP != true {
		t.Fatalf("after propose: %+v, %v", s.Try, effects)
	}
	s, effects = play(t, proposal("a"), Applied{"a"})
	if _, ok := effects[0].(Verify); s.Try.State != Verifying || !ok {
		t.Fatalf("after applied: %+v, %v", s.Try, effects)
	}
	s, effects = play(t, proposal("a"), Applied{"a"}, Verified{ID: "a"})
	if s.Try.State != AwaitingConfirm || len(effects) != 0 {
		t.Fatalf("after verified: %+v, %v", s.Try, effects)
	}
	s, effects = play(t, proposal("a"), Applied{"a"}, Verified{ID: "a"}, Confirm{"a", true, t0})
	want := Settings{Adapters: []Adapter{dhcp()}}
	if s.Try.State != Confirmed || !reflect.DeepEqual(effects, []Effect{Settle{want}}) || !reflect.DeepEqual(s.Confirmed, want) {
		t.Fatalf("after confirm: %+v, %v", s, effects)
	}
	s, effects = play(t, proposal("a"), Applied{"a"}, Verified{ID: "a"}, Confirm{"a", true, t0}, Settled{})
	if s.Settling || s.Candidate != nil || len(effects) != 0 {
		t.Fatalf("after settled: %+v", s)
	}
}

func TestEveryWayBack(t *testing.T) {
	waiting := []Event{proposal("a"), Applied{"a"}, Verified{ID: "a"}}
	for _, c := range []struct {
		reason string
		events []Event
	}{
		{"the settings could not be applied: disk full", []Event{proposal("a"), ApplyFailed{"a", "disk full"}}},
		{"no answer", []Event{proposal("a"), Applied{"a"}, VerifyFailed{"a", "no answer"}}},
		{"the settings could not be applied and checked in time", []Event{proposal("a"), Tick{t0.Add(time.Minute)}}},
		{"nobody confirmed the change in time", append(waiting, Tick{t0.Add(time.Minute)})},
		{"the change was cancelled", append(waiting, Cancel{"a"})},
		{"the host or its agent restarted before the change was confirmed", append(waiting, AgentStarted{})},
	} {
		s, effects := play(t, c.events...)
		before := Settings{Adapters: []Adapter{static()}}
		if s.Try.State != RolledBack || s.Try.Reason != c.reason || !reflect.DeepEqual(s.Confirmed, before) {
			t.Errorf("%s: %+v", c.reason, s)
		}
		if !reflect.DeepEqual(effects, []Effect{Settle{before}}) {
			t.Errorf("%s: effects %v", c.reason, effects)
		}
	}
}

func TestRefusals(t *testing.T) {
	waiting := []Event{proposal("a"), Applied{"a"}, Verified{ID: "a"}}
	for _, c := range []struct {
		name   string
		before []Event
		event  Event
		kind   RefusalKind
	}{
		{"second try", waiting, proposal("b"), TryPending},
		{"try before the last one settled", append(waiting, Cancel{"a"}), proposal("b"), TryPending},
		{"id used again", append(waiting, Cancel{"a"}, Settled{}), proposal("a"), TryEnded},
		{"no time", nil, Propose{ID: "a", Candidate: Settings{}, Now: t0, Deadline: t0}, TryEnded},
		{"nothing", nil, Propose{ID: "a", Candidate: Settings{Adapters: []Adapter{static()}}, Now: t0, Deadline: t0.Add(1)}, NothingToDo},
		{"confirm of another", waiting, Confirm{"b", true, t0}, NoSuchTry},
		{"confirm of nothing", nil, Confirm{"", true, t0}, NoSuchTry},
		{"confirm too early", waiting[:2], Confirm{"a", true, t0}, TryNotReady},
		{"confirm too late", waiting, Confirm{"a", true, t0.Add(time.Minute)}, TryEnded},
		{"confirm on the old connection", waiting, Confirm{"a", false, t0}, SameConnection},
		{"confirm after the end", append(waiting, Cancel{"a"}), Confirm{"a", true, t0}, TryEnded},
		{"cancel of another", waiting, Cancel{"b"}, NoSuchTry},
		{"cancel after confirm", append(waiting, Confirm{"a", true, t0}), Cancel{"a"}, TryEnded},
	} {
		s, _ := play(t, c.before...)
		after, effects, err := Step(s, c.event)
		var refusal *Refusal
		if !errors.As(err, &refusal) || refusal.Kind != c.kind || refusal.Message == "" {
			t.Errorf("%s: %v", c.name, err)
		}
		if len(effects) != 0 || !reflect.DeepEqual(after, s) {
			t.Errorf("%s: changed the state or has effects %v", c.name, effects)
		}
	}
}

func TestConfirmTwiceIsFine(t *testing.T) {
	s, effects := play(t, proposal("a"), Applied{"a"}, Verified{ID: "a"}, Confirm{"a", true, t0}, Confirm{"a", false, t0.Add(time.Hour)})
	if s.Try.State != Confirmed || len(effects) != 0 {
		t.Errorf("%+v %v", s.Try, effects)
	}
}

func TestSettlingIsRepeatedUntilItSucceeds(t *testing.T) {
	s, effects := play(t, proposal("a"), Cancel{"a"}, SettleFailed{"no bus"}, Tick{t0})
	if len(effects) != 1 || !s.Settling || s.Trouble != "no bus" {
		t.Errorf("%+v %v", s, effects)
	}
	s, effects = play(t, proposal("a"), Cancel{"a"}, SettleFailed{"no bus"}, Settled{}, Tick{t0})
	if len(effects) != 0 || s.Settling || s.Trouble != "" {
		t.Errorf("%+v %v", s, effects)
	}
}

func TestANameSurvivesTheTry(t *testing.T) {
	s, _ := play(t, proposal("a"), Renamed{"node-2"}, Applied{"a"}, Verified{ID: "a"}, Confirm{"a", true, t0})
	if s.Confirmed.Hostname != "node-2" || !s.Confirmed.Adapters[0].DHCP {
		t.Errorf("%+v", s.Confirmed)
	}
}

func TestStepLeavesItsArgumentAlone(t *testing.T) {
	s, _ := play(t, proposal("a"), Applied{"a"}, Verified{ID: "a"})
	before := fmt.Sprintf("%+v %+v", s, *s.Try)
	for _, e := range []Event{Confirm{"a", true, t0}, Cancel{"a"}, Renamed{"x"}, AgentStarted{}} {
		if _, _, err := Step(s, e); err != nil {
			t.Fatal(err)
		}
	}
	if after := fmt.Sprintf("%+v %+v", s, *s.Try); after != before {
		t.Errorf("changed\n%s\nto\n%s", before, after)
	}
}

// A dead DNS server beside one that answers is told, and no reason to go back.
func TestWarningsAreKept(t *testing.T) {
	s, _ := play(t, proposal("a"), Applied{"a"}, Verified{ID: "a", Warnings: []string{"a server is dead"}}, Confirm{"a", true, t0})
	if s.Try.State != Confirmed || len(s.Try.Warnings) != 1 {
		t.Errorf("%+v", s.Try)
	}
}
