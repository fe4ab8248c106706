package auth

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

// memStore is what agent/state's Bucket does, in memory.
type memStore struct {
	mu sync.Mutex
	m  map[string][]byte
}

func (s *memStore) Get(key string, v any) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	raw, ok := s.m[key]
	if !ok {
		return false, nil
	}
	return true, json.Unmarshal(raw, v)
}

func (s *memStore) Put(key string, v any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	raw, err := json.Marshal(v)
	s.m[key] = raw
	return err
}

func (s *memStore) Delete(key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.m, key)
	return nil
}

func (s *memStore) Each(fn func(string, []byte) error) error {
	s.mu.Lock()
	all := maps.Clone(s.m)
	s.mu.Unlock()
	for _, k := range slices.Sorted(maps.Keys(all)) {
		if err := fn(k, all[k]); err != nil {
			return err
		}
	}
	return nil
}

func newStore() *memStore { return &memStore{m: map[string][]byte{}} }

const (
	good  = "seven green kettles"
	good2 = "eleven quiet harbours"
)

func testConfig(root string) Config {
	return Config{Root: root, RunDir: filepath.Join(root, "run"), Accounts: FileAccounts{Root: root},
		Users: newStore(), Sessions: newStore(), Locks: newStore(), Log: slog.New(slog.DiscardHandler)}
}

func newAuth(t *testing.T, cfg Config) *Auth {
	t.Helper()
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	a.hasher.setting = cheapSetting
	if a.hasher.dummy, err = newHash(cheapSetting, "nobody knows this"); err != nil {
		t.Fatal(err)
	}
	return a
}

// withUser is an Auth with the administrator ann, whose password is good. Her hash is a cheap one.
func withUser(t *testing.T) *Auth {
	t.Helper()
	a := newAuth(t, testConfig(t.TempDir()))
	hash := "$5$rounds=1000$saltsalt$" + cheapGood
	if err := a.cfg.Accounts.Create(context.Background(), "ann", 0, hash, true); err != nil {
		t.Fatal(err)
	}
	return a
}

func writeEtc(t *testing.T, root, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(root, "etc"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "etc", name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// cheapSetting is the least that yescrypt takes, so that tests with the race detector end.
const cheapSetting = "$y$j7.$"

// cheapGood is the end of the SHA-256-crypt hash of good.
const cheapGood = "xUTqYDB6.12WF8NSm66QEwcGvdTOz83clly3WIrd6RD"
