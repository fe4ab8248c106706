package agent

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/auth"
	"github.com/slipway-os/slipway/agent/state"
)

// Features 28, 38 and 43 are set in agent.yaml; what cannot be is refused with the file's name.
func TestSettings(t *testing.T) {
	for text, want := range map[string]string{
		"":                 "",
		"disableTui: true": "",
		"login: {attemptsBeforeDelay: 2, attemptsBeforeLockout: 10, lockoutMinutes: 60}\npasswords: {maxAgeDays: 90}": "",
		"login: {attemptsBeforeLockout: 2}": "must be 3 to 20",
		"login: {attemptsBeforeDelay: 6}":   "must be 1 to attemptsBeforeLockout",
		"login: {lockoutMinutes: 2000}":     "must be 1 to 1440",
		"passwords: {maxAgeDays: -1}":       "must be 0 to 3650",
		"disableTUI: true":                  "disableTUI",
	} {
		c, err := LoadConfig(withSettings(t, text), "1")
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "agent.yaml")) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
		if strings.HasPrefix(text, "login") && want == "" && c.Login != (auth.LockoutLimits{Delay: 2, Attempts: 10, Minutes: 60}) {
			t.Errorf("%+v", c.Login)
		}
	}
}

// Feature 38: agent.yaml says how a console begins, and what was set later wins.
func TestDisplayOnlyConsole(t *testing.T) {
	db, err := state.Open(filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	cfg, err := LoadConfig(withSettings(t, "disableTui: true"), "1")
	if err != nil {
		t.Fatal(err)
	}
	a := &Agent{cfg: cfg, hostState: db.Bucket("host")}
	if !a.displayOnly() {
		t.Error("agent.yaml is not heard")
	}
	if err := (equipment{a}).SetConsole(t.Context(), false); err != nil || a.displayOnly() {
		t.Errorf("unlocked: %v, %v", err, a.displayOnly())
	}
}

// Feature 40: the Local UI is on 5080 unless agent.yaml says another address and port.
func TestPort(t *testing.T) {
	for text, want := range map[string]string{"": ":5080", "listen: 192.0.2.7:8443": "192.0.2.7:8443"} {
		if c, err := LoadConfig(withSettings(t, text), "1"); err != nil || c.Listen != want {
			t.Errorf("%q: %q, %v, want %q", text, c.Listen, err, want)
		}
	}
}

// withSettings is a root with this agent.yaml.
func withSettings(t *testing.T, text string) string {
	t.Helper()
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "etc/slipway"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "etc/slipway/agent.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return root
}
