package events

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
)

func newBus() *Bus { return New(slog.New(slog.DiscardHandler)) }

// drain reads what is queued, until the channel is empty or closed.
func drain(ch <-chan Event) (got []Event, closed bool) {
	for {
		select {
		case e, ok := <-ch:
			if !ok {
				return got, true
			}
			got = append(got, e)
		default:
			return got, false
		}
	}
}

func TestSnapshotFirstThenDeltasOfTheTopic(t *testing.T) {
	b := newBus()
	b.Provide("hosts", func() any { return []string{"a"} })
	b.Provide("content", func() any { return map[string]int{"n": 1} })
	b.Provide("notices", nil)
	b.Publish("hosts", "before")
	ch, err := b.Subscribe(t.Context(), "notices", "hosts", "hosts")
	if err != nil {
		t.Fatal(err)
	}
	b.Publish("content", 5)
	b.Publish("hosts", "b")
	got, closed := drain(ch)
	want := []string{"1 hosts snapshot [\"a\"]", "1 notices snapshot null", "3 hosts delta \"b\""}
	if closed || len(got) != len(want) {
		t.Fatalf("got %v, closed %v", got, closed)
	}
	for i, e := range got {
		if s := strconv.FormatUint(e.ID, 10) + " " + e.Topic + " " + e.Type + " " + string(e.Data); s != want[i] {
			t.Errorf("event %d: %s, want %s", i, s, want[i])
		}
	}
}

func TestDeltaDuringSnapshotIsNotLost(t *testing.T) {
	b := newBus()
	b.Provide("x", nil)
	b.Provide("hosts", func() any {
		b.Publish("x", "from inside") // stands for another goroutine at the worst instant
		return "all"
	})
	ch, err := b.Subscribe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, _ := drain(ch)
	if len(got) != 3 || got[0].Type != Snapshot || got[1].Type != Snapshot || got[2].Topic != "x" || got[2].Type != Delta {
		t.Errorf("got %v", got)
	}
}

func TestSlowReaderIsDroppedWithResync(t *testing.T) {
	b := newBus()
	b.Provide("x", nil)
	slow, err := b.Subscribe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	fast, err := b.Subscribe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for i := range bufferSize + 10 {
		b.Publish("x", i)
		got, _ := drain(fast)
		seen += len(got)
	}
	if seen != bufferSize+11 {
		t.Errorf("the fast reader saw %d events", seen)
	}
	got, closed := drain(slow)
	if !closed || got[len(got)-1].Type != Resync || len(got) != bufferSize+2 {
		t.Errorf("the slow reader got %d events, closed %v, last %v", len(got), closed, got[len(got)-1])
	}
	if len(b.subs) != 1 {
		t.Errorf("%d subscriptions are left", len(b.subs))
	}
}

func TestOverflowDuringSnapshotResyncs(t *testing.T) {
	b := newBus()
	b.Provide("x", nil)
	b.Provide("y", func() any {
		for i := range bufferSize * 2 {
			b.Publish("x", i)
		}
		return nil
	})
	ch, err := b.Subscribe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, closed := drain(ch); !closed || got[len(got)-1].Type != Resync {
		t.Errorf("closed %v after %d events", closed, len(got))
	}
}

func TestContextEndsTheSubscription(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBus()
		b.Provide("x", nil)
		ctx, cancel := context.WithCancel(t.Context())
		ch, err := b.Subscribe(ctx)
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		synctest.Wait()
		if _, closed := drain(ch); !closed {
			t.Error("the channel is open after cancel")
		}
		b.Publish("x", 1) // must not send on the closed channel
	})
}

func TestRefusals(t *testing.T) {
	b := newBus()
	b.Provide("x", nil)
	b.Provide("bad", func() any { return func() {} })
	if _, err := b.Subscribe(t.Context(), "y"); !errors.Is(err, ErrUnknownTopic) {
		t.Errorf("unknown topic: %v", err)
	}
	if _, err := b.Subscribe(t.Context(), "bad"); err == nil || len(b.subs) != 0 {
		t.Errorf("a snapshot that cannot be encoded: %v, %d subscriptions", err, len(b.subs))
	}
	b.Publish("unknown", 1)
	b.Publish("x", func() {})
	for range maxSubscribers {
		if _, err := b.Subscribe(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Subscribe(t.Context(), "x"); !errors.Is(err, ErrTooMany) {
		t.Errorf("one subscriber too many: %v", err)
	}
}

func TestConcurrentPublishersAndReaders(t *testing.T) {
	b := newBus()
	b.Provide("x", func() any { return 0 })
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 500 {
				b.Publish("x", i)
			}
		})
		wg.Go(func() {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			ch, err := b.Subscribe(ctx)
			if err != nil {
				t.Error(err)
				return
			}
			if e := <-ch; e.Type != Snapshot {
				t.Errorf("first event %v", e)
			}
			var last uint64
			for range 50 {
				select {
				case e, ok := <-ch:
					if !ok {
						return
					}
					if e.ID <= last && e.Type == Delta {
						t.Errorf("event %d after %d", e.ID, last)
					}
					last = e.ID
				default:
				}
			}
		})
	}
	wg.Wait()
}
