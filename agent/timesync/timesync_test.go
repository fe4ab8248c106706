package timesync

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

type fakeUnits struct{ restarts int }

func (f *fakeUnits) Restart(_ context.Context, name string) error {
	if name == unit {
		f.restarts++
	}
	return nil
}

type fakeStore map[string][]byte

func (f fakeStore) Get(key string, v any) (bool, error) {
	raw, ok := f[key]
	if !ok {
		return false, nil
	}
	return true, json.Unmarshal(raw, v)
}

func (f fakeStore) Put(key string, v any) (err error) {
	f[key], err = json.Marshal(v)
	return err
}

func TestSetRestoreAndForget(t *testing.T) {
	units, file := &fakeUnits{}, filepath.Join(t.TempDir(), "timesyncd.conf.d", "50.conf")
	s := Servers{File: file, Units: units, Store: fakeStore{}}
	steps := []struct {
		name     string
		do       func() error
		text     string
		restarts int
	}{
		{"a new host has nothing to restore", func() error { return s.Restore(t.Context()) }, "", 0},
		{"set", func() error { return s.Set(t.Context(), []string{"10.0.0.1", "ntp.site.example"}) }, "[Time]\nNTP=\nNTP=10.0.0.1 ntp.site.example\n", 1},
		{"set the same", func() error { return s.Set(t.Context(), []string{"10.0.0.1", "ntp.site.example"}) }, "[Time]\nNTP=\nNTP=10.0.0.1 ntp.site.example\n", 1},
		{"a boot forgets the file", func() error { _ = os.Remove(file); return s.Restore(t.Context()) }, "[Time]\nNTP=\nNTP=10.0.0.1 ntp.site.example\n", 2},
		{"none", func() error { return s.Set(t.Context(), nil) }, "", 3},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		got, _ := os.ReadFile(file)
		if string(got) != step.text || units.restarts != step.restarts {
			t.Errorf("%s: %q after %d restarts, want %q after %d", step.name, got, units.restarts, step.text, step.restarts)
		}
	}
}

func TestRefusalChangesNothing(t *testing.T) {
	store := fakeStore{}
	s := Servers{File: filepath.Join(t.TempDir(), "x"), Units: &fakeUnits{}, Store: store}
	for _, bad := range [][]string{{"a b"}, {"a\nNTP=evil"}, {""}, {"-x"}, {"fe80::1%eth0"}, {strings.Repeat("a.", 130)}, make([]string, 9)} {
		if err := s.Set(t.Context(), bad); err == nil || len(store) != 0 {
			t.Errorf("%q was taken: %v", bad, store)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add("ntp.example")
	f.Add("a\n[Time]")
	f.Fuzz(func(t *testing.T, server string) {
		if Check([]string{server}) == nil && strings.ContainsAny(server, " \n\r\t=[]\"'\\%#;") {
			t.Errorf("%q could say more than a server", server)
		}
	})
}
