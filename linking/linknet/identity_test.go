package linknet

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/linking"
)

func TestIdentityIsMadeOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	first, err := LoadOrCreate(dir, "host-a")
	if err != nil {
		t.Fatal(err)
	}
	again, err := LoadOrCreate(dir, "another-name")
	if err != nil || again.ID != first.ID || again.Pin != first.Pin {
		t.Fatalf("got %s %s, then %s %s, %v", first.ID, first.Pin, again.ID, again.Pin, err)
	}
	m := linking.Member{ID: first.ID, Name: "host-a", Port: 1, Pin: first.Pin, Role: linking.RoleFollower}
	if err := m.Validate(); err != nil {
		t.Errorf("not fit for a roster: %v", err)
	}
	info, err := os.Stat(filepath.Join(dir, identityFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	other, err := LoadOrCreate(t.TempDir(), "host-a")
	if err != nil || other.ID == first.ID || other.Pin == first.Pin {
		t.Errorf("two hosts are the same: %v", err)
	}
}

func TestDamagedIdentityIsKept(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, identityFile)
	for name, spoil := range map[string]func(string) string{
		"empty":          func(string) string { return "" },
		"half":           func(s string) string { return s[:len(s)/2] },
		"no certificate": func(s string) string { key, _, _ := strings.Cut(s, "-----BEGIN CERT"); return key },
	} {
		os.Remove(path)
		if _, err := LoadOrCreate(dir, "host-a"); err != nil {
			t.Fatal(err)
		}
		whole, _ := os.ReadFile(path)
		bad := spoil(string(whole))
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := LoadOrCreate(dir, "host-a")
		if err == nil || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "PRIVATE") {
			t.Errorf("%s: %v", name, err)
		}
		if now, _ := os.ReadFile(path); string(now) != bad {
			t.Errorf("%s: the file was replaced", name)
		}
	}
}

func TestStateOfAnotherHostIsRefused(t *testing.T) {
	leader, one := boot(t, "leader"), boot(t, "one")
	one.joinTo(leader)
	one.stop()
	copied := one.cfg
	id, err := LoadOrCreate(t.TempDir(), "copy")
	if err != nil {
		t.Fatal(err)
	}
	copied.Identity = id
	if _, err := New(copied); err == nil {
		t.Error("a copied link state was accepted under another identity")
	}
}
