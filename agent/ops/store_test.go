package ops

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

// memStore is what agent/state's Bucket does, in memory; it survives a "restart" of the manager.
type memStore struct {
	mu    sync.Mutex
	m     map[string][]byte
	puts  int
	broke bool
}

func (s *memStore) Put(key string, v any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broke {
		return errors.New("disk full")
	}
	raw, err := json.Marshal(v)
	s.m[key] = raw
	s.puts++
	return err
}

func (s *memStore) Delete(key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.m, key)
	return nil
}

func (s *memStore) Each(fn func(string, []byte) error) error {
	for _, k := range slices.Sorted(maps.Keys(s.m)) {
		if err := fn(k, s.m[k]); err != nil {
			return err
		}
	}
	return nil
}

func (s *memStore) get(t *testing.T, key string) (r record) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := json.Unmarshal(s.m[key], &r); err != nil {
		t.Fatalf("record %q: %v", key, err)
	}
	return r
}

// life is one life of the agent.
type life struct {
	*Manager
	t         *testing.T
	stop      func()
	mu        sync.Mutex
	published []Operation
}

// begin starts a manager over store with runner for kind "work", in a synctest bubble.
func begin(t *testing.T, store Store, runner Runner) *life {
	t.Helper()
	l := &life{t: t}
	m, err := New(store, func(o Operation) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.published = append(l.published, o)
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	l.Manager = m
	if runner != nil {
		m.Register("work", runner)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := m.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	l.stop = func() { cancel(); wg.Wait() }
	t.Cleanup(l.stop)
	synctest.Wait()
	return l
}

func (l *life) start() Operation {
	l.t.Helper()
	op, err := l.Start("work", "Do the work", map[string]int{"n": 7})
	if err != nil {
		l.t.Fatal(err)
	}
	return op
}

func (l *life) wait(id string) Operation {
	l.t.Helper()
	op, err := l.Wait(l.t.Context(), id)
	if err != nil {
		l.t.Fatal(err)
	}
	return op
}
