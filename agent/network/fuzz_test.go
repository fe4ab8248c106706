package network

import (
	"fmt"
	"net/netip"
	"reflect"
	"testing"
	"time"
)

// FuzzStep plays random events, with a crash at any of them, against what architecture.md promises.
func FuzzStep(f *testing.F) {
	f.Add([]byte{0, 1, 3, 5, 12})          // a try that is confirmed
	f.Add([]byte{0, 1, 3, 8, 8, 8, 8, 12}) // one that nobody confirms
	f.Add([]byte{0, 1, 9, 0, 12, 0, 1, 4}) // crash, then refused, then a failed verify
	f.Add([]byte{0, 1, 3, 6, 7, 16, 32, 11})
	f.Fuzz(func(t *testing.T, script []byte) {
		w := &world{now: t0}
		for i, b := range script {
			w.event(t, b, i)
		}
	})
}

// world follows the machine with a model of its own: what was confirmed, and which try is pending.
type world struct {
	s        State
	now      time.Time
	pending  string // id of the pending try
	asked    Settings
	deadline time.Time
	old      Settings
}

func (w *world) event(t *testing.T, b byte, i int) {
	id := w.pending
	if b&16 != 0 || id == "" {
		id = "other"
	}
	fresh := b&32 == 0
	var e Event
	switch b % 13 {
	case 0:
		candidate := Settings{Adapters: []Adapter{dhcp()}}
		candidate.Adapters[0].DNS = []netip.Addr{netip.AddrFrom4([4]byte{192, 0, 2, byte(i)})}
		e = Propose{fmt.Sprint("try", i), candidate, w.now, w.now.Add(time.Minute)}
	case 1:
		e = Applied{id}
	case 2:
		e = ApplyFailed{id, "no"}
	case 3:
		e = Verified{ID: id}
	case 4:
		e = VerifyFailed{id, "no"}
	case 5:
		e = Confirm{id, fresh, w.now}
	case 6:
		e = Cancel{id}
	case 7:
		e = SettleFailed{"no"}
	case 8, 10:
		w.now = w.now.Add(25 * time.Second)
		e = Tick{w.now}
	case 9:
		e = AgentStarted{}
	case 11:
		e = Renamed{fmt.Sprint("host", i)}
	case 12:
		e = Settled{}
	}
	before := w.s
	after, effects, err := Step(before, e)
	w.check(t, e, before, after, effects, err)
	w.s = after
}

func (w *world) check(t *testing.T, e Event, before, after State, effects []Effect, err error) {
	if err != nil && (len(effects) > 0 || !reflect.DeepEqual(before, after)) {
		t.Fatalf("%#v was refused (%v) and yet changed something", e, err)
	}
	if err != nil {
		return
	}
	settles := len(effects) == 1 && reflect.DeepEqual(effects[0], Settle{after.Confirmed})
	w.expect(t, e, before, after, settles)
	if after.pending() != (after.Candidate != nil) || after.pending() && after.Settling {
		t.Fatalf("%#v leads to the impossible %+v", e, after)
	}
	if after.pending() != (w.pending != "") || after.pending() && after.Try.ID != w.pending {
		t.Fatalf("after %#v the pending try should be %q, not %+v", e, w.pending, after.Try)
	}
	if !reflect.DeepEqual(after.Confirmed.Adapters, w.old.Adapters) {
		t.Fatalf("%#v changed what is confirmed", e)
	}
	if before.pending() && !after.pending() && !(settles && after.Settling) {
		t.Fatalf("%#v ended the try without putting the host on what is confirmed: %v", e, effects)
	}
}

// expect moves the model on and checks what is particular to the event.
func (w *world) expect(t *testing.T, e Event, before, after State, settles bool) {
	switch e := e.(type) {
	case Propose:
		if before.pending() || before.Settling {
			t.Fatal("two tries at a time")
		}
		w.pending, w.asked, w.deadline = e.ID, e.Candidate, e.Deadline
	case Confirm:
		if !before.pending() {
			return // said again
		}
		if e.ID != w.pending || !e.FreshConnection || !w.now.Before(w.deadline) || before.Try.State != AwaitingConfirm {
			t.Fatalf("%#v counted in %+v", e, before.Try)
		}
		w.old, w.pending = w.asked, ""
	case AgentStarted:
		if !settles || !after.Settling {
			t.Fatal("an agent that starts must settle")
		}
		w.pending = ""
	case Tick:
		if w.pending != "" && !w.now.Before(w.deadline) {
			w.pending = ""
		}
	case Cancel:
		w.pending = ""
	case ApplyFailed:
		if e.ID == w.pending && w.pending != "" && before.Try.State == Applying {
			w.pending = ""
		}
	case VerifyFailed:
		if e.ID == w.pending && w.pending != "" && before.Try.State == Verifying {
			w.pending = ""
		}
	}
	if before.pending() && !after.pending() && after.Try.State != Confirmed && after.Try.Reason == "" {
		t.Fatalf("%#v rolled back without a reason", e)
	}
}
