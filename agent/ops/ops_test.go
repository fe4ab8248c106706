package ops

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func newStore() *memStore { return &memStore{m: map[string][]byte{}} }

func TestOperationRunsItsSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := begin(t, newStore(), func(ctx context.Context, h *Handle, input json.RawMessage) error {
			if string(input) != `{"n":7}` {
				return fmt.Errorf("input %s", input)
			}
			if err := h.Plan("one", "two"); err != nil {
				return err
			}
			if err := h.Step("one", func(context.Context) error {
				h.Message("one", "waiting for a host")
				h.Progress("one", Progress{5, 10, "bytes"})
				return nil
			}); err != nil {
				return err
			}
			return h.Step("two", func(context.Context) error { return nil })
		})
		op := l.wait(l.start().ID)
		if op.State != Succeeded || len(op.Steps) != 2 || op.EndedAt == nil || op.Error != "" {
			t.Fatalf("op = %+v", op)
		}
		one := op.Steps[0]
		if one.State != Succeeded || *one.Progress != (Progress{5, 10, "bytes"}) || one.Message == "" || one.StartedAt == nil || one.EndedAt == nil {
			t.Errorf("step one = %+v", one)
		}
		if in := l.store.(*memStore).get(t, op.ID).Input; string(in) != "null" {
			t.Error("the input is kept after the end")
		}
		states := ""
		for _, p := range l.published {
			states += string(p.State) + " "
		}
		if !strings.HasPrefix(states, "pending running ") || !strings.HasSuffix(states, " succeeded ") {
			t.Errorf("published states: %s", states)
		}
	})
}

func TestFailureNamesTheStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := begin(t, newStore(), func(_ context.Context, h *Handle, _ json.RawMessage) error {
			return h.Step("one", func(context.Context) error { return errors.New("host b has no disk") })
		})
		op := l.wait(l.start().ID)
		if op.State != Failed || op.Error != "host b has no disk" || op.Steps[0].State != Failed || op.Steps[0].Message != op.Error {
			t.Errorf("op = %+v", op)
		}
	})
}

func TestPanicFailsAndIsNotResumed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		l := begin(t, store, func(context.Context, *Handle, json.RawMessage) error { panic("oops") })
		op := l.wait(l.start().ID)
		if op.State != Failed || !strings.Contains(op.Error, "oops") {
			t.Errorf("op = %+v", op)
		}
	})
}

// interrupted runs an operation until its second step hangs, then ends the agent. kill leaves the store as a kill -9
// at that instant would.
func interrupted(t *testing.T, store *memStore, kill bool) (id string) {
	l := begin(t, store, func(_ context.Context, h *Handle, _ json.RawMessage) error {
		if err := h.Step("one", func(context.Context) error { return nil }); err != nil {
			return err
		}
		return h.Step("two", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	})
	id = l.start().ID
	synctest.Wait()
	atKill := store.m[id]
	l.stop()
	if kill {
		store.m[id] = atKill
	}
	return id
}

func TestResumeSkipsDoneSteps(t *testing.T) {
	for _, kill := range []bool{false, true} {
		t.Run(fmt.Sprintf("kill=%v", kill), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := newStore()
				id := interrupted(t, store, kill)
				if r := store.get(t, id); r.State != Running || r.Steps[1].State != Running {
					t.Fatalf("after the stop: %+v", r.Operation)
				}
				var ran []string
				step := func(name string) func(context.Context) error {
					return func(context.Context) error { ran = append(ran, name); return nil }
				}
				l := begin(t, store, func(_ context.Context, h *Handle, in json.RawMessage) error {
					if string(in) != `{"n":7}` {
						return fmt.Errorf("input %s", in)
					}
					return errors.Join(h.Again("connect", step("connect")), h.Step("one", step("one")), h.Step("two", step("two")))
				})
				if op := l.wait(id); op.State != Succeeded {
					t.Errorf("op = %+v", op)
				}
				if got := strings.Join(ran, " "); got != "connect two" {
					t.Errorf("the second life ran %q", got)
				}
			})
		})
	}
}

func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := begin(t, newStore(), func(_ context.Context, h *Handle, _ json.RawMessage) error {
			if err := h.Plan("one", "two"); err != nil {
				return err
			}
			return h.Step("one", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		})
		op := l.start()
		synctest.Wait()
		if _, err := l.Cancel(op.ID); err != nil {
			t.Fatal(err)
		}
		op = l.wait(op.ID)
		if op.State != Cancelled || op.Steps[0].State != Cancelled || op.Steps[1].State != Cancelled {
			t.Errorf("op = %+v", op)
		}
		if _, err := l.Cancel(op.ID); !errors.Is(err, ErrEnded) {
			t.Errorf("second cancel: %v", err)
		}
	})
}

func TestCancelSurvivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		release := make(chan struct{})
		l := begin(t, store, func(ctx context.Context, _ *Handle, _ json.RawMessage) error { <-release; return ctx.Err() })
		op := l.start()
		synctest.Wait()
		if _, err := l.Cancel(op.ID); err != nil {
			t.Fatal(err)
		}
		saved := store.m[op.ID] // the power goes before the runner has reacted
		close(release)
		l.stop()
		store.m[op.ID] = saved

		l = begin(t, store, func(ctx context.Context, h *Handle, _ json.RawMessage) error {
			return h.Step("one", func(context.Context) error { t.Error("a cancelled operation worked on"); return nil })
		})
		if got := l.wait(op.ID); got.State != Cancelled {
			t.Errorf("state %s", got.State)
		}
	})
}

func TestProgressIsSavedAtMostTwicePerSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		l := begin(t, store, func(_ context.Context, h *Handle, _ json.RawMessage) error {
			for i := range int64(10_000) { // 10 virtual seconds
				h.Progress("copy", Progress{i, 10_000, "bytes"})
				time.Sleep(time.Millisecond)
			}
			return nil
		})
		op := l.wait(l.start().ID)
		if store.puts < 15 || store.puts > 25 {
			t.Errorf("%d saves in 10 s", store.puts)
		}
		if op.Steps[0].Progress.Done != 9999 {
			t.Errorf("last progress %v", op.Steps[0].Progress)
		}
	})
}

func TestMirroredStepsAreCopied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := begin(t, newStore(), func(_ context.Context, h *Handle, _ json.RawMessage) error {
			steps := []Step{{Name: "host a", State: Running, Progress: &Progress{1, 2, "steps"}}}
			h.SetSteps(steps)
			steps[0].Progress.Done = 99
			time.Sleep(time.Hour)
			return nil
		})
		id := l.start().ID
		time.Sleep(time.Second)
		op, err := l.Get(id)
		if err != nil || op.Steps[0].Progress.Done != 1 {
			t.Fatalf("op %+v, %v", op, err)
		}
		op.Steps[0].Progress.Done = 50
		if again, _ := l.Get(id); again.Steps[0].Progress.Done != 1 {
			t.Error("a copy that Get gave changes the operation")
		}
	})
}

func TestHistoryIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		l := begin(t, store, func(context.Context, *Handle, json.RawMessage) error { return nil })
		var last string
		for range maxHistory + 5 {
			last = l.start().ID
			l.wait(last)
			time.Sleep(time.Second)
		}
		ops := l.List()
		if len(ops) != maxHistory || len(store.m) != maxHistory || ops[0].ID != last {
			t.Errorf("%d listed, %d stored, newest %s want %s", len(ops), len(store.m), ops[0].ID, last)
		}
	})
}

func TestRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		l := begin(t, store, func(ctx context.Context, _ *Handle, _ json.RawMessage) error { <-ctx.Done(); return ctx.Err() })
		if _, err := l.Start("unknown", "", nil); err == nil {
			t.Error("an unknown kind was started")
		}
		if _, err := l.Get("nope"); !errors.Is(err, ErrNotFound) {
			t.Errorf("Get: %v", err)
		}
		store.broke = true
		if _, err := l.Start("work", "", nil); err == nil || len(l.List()) != 0 {
			t.Errorf("started without a record: %v", err)
		}
		store.broke = false
		for range maxActive {
			l.start()
		}
		if _, err := l.Start("work", "", nil); err == nil {
			t.Error("more than maxActive were started")
		}
		l.stop()
		if op, err := l.Start("work", "", nil); err == nil {
			t.Errorf("after the end, %v was started beyond maxActive", op)
		}
	})
}

func TestUnknownKindOfFormerLifeFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		id := interrupted(t, store, true)
		l := begin(t, store, nil)
		if op := l.wait(id); op.State != Failed || !strings.Contains(op.Error, "another version") {
			t.Errorf("op = %+v", op)
		}
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := begin(t, newStore(), func(ctx context.Context, _ *Handle, _ json.RawMessage) error { <-ctx.Done(); return ctx.Err() })
		id := l.start().ID
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if op, err := l.Wait(ctx, id); !errors.Is(err, context.DeadlineExceeded) || op.State != Running {
			t.Errorf("Wait = %s, %v", op.State, err)
		}
	})
}
