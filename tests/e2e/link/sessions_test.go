package link

import (
	"crypto/tls"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tests/e2e/suite"
)

// sessions: the one that login remembers needs no password again, lasts 2 hours or 24, and ends by log-out, by an
// administrator, and with the password; in the audit log each log-in has a name. Nobody is let in below TLS 1.2.
func (g *group) sessions(t *testing.T) {
	const first, second = "seven green parrots", "eight green parrots"
	h, home := g.Host(1), t.TempDir()
	at := suite.Login(t, h)[:4]
	as := append(append([]string{}, at...), "--user", "watcher", "--password-file", "-")
	run := func(stdin string, options []string, args ...string) suite.Result {
		return suite.WorkstationOf(t, g.Lab, home, stdin, append(append([]string{}, options...), args...)...)
	}
	lasts := func(args ...string) time.Duration {
		s := suite.Decode[api.Session](t, run(first, as, append([]string{"login", "-o", "json"}, args...)...))
		return time.Until(s.ExpiresAt).Round(time.Hour)
	}
	if short, long := lasts(), lasts("--extended"); short != 2*time.Hour || long != 24*time.Hour {
		t.Errorf("sessions last %s and %s", short, long)
	}
	run("", at, "host", "show").OK(t)
	run("", at, "logout").OK(t)
	if r := run("", at, "host", "show"); r.Code != 2 {
		t.Errorf("after the log-out: exit code %d: %s", r.Code, r.Stderr)
	}

	run(first, as, "login").OK(t)
	open := suite.OnJSON[[]api.SessionInfo](t, h, "session", "list")
	if len(open) == 0 || open[0].User != "watcher" {
		t.Fatalf("open are %+v", open)
	}
	run("", at, "session", "end", open[0].Id).Refused(t, "may look but not change")
	suite.On(t, h, "", "session", "end", open[0].Id).OK(t)
	run("", at, "host", "show").Refused(t, "log in")
	run("", at, "logout").OK(t)

	run(first, as, "login").OK(t)
	file := filepath.Join(home, "new")
	if err := os.WriteFile(file, []byte(second), 0o600); err != nil {
		t.Fatal(err)
	}
	run("not the password", as, "user", "passwd", "watcher", "--new-password-file", file).Refused(t, "password")
	run(first, as, "user", "passwd", "watcher", "--new-password-file", file).OK(t)
	run("", at, "host", "show").Refused(t, "log in")
	run(second, as, "host", "show").OK(t)

	for outcome, want := range map[string]int{"done": 5, "refused": 1} {
		list := suite.OnJSON[[]api.AuditEntry](t, h, "audit", "--by", "watcher", "--text", "/api/v1/login", "--outcome", outcome)
		if len(list) < want {
			t.Errorf("%d log-ins of watcher are in the audit log as %s: %+v", len(list), outcome, list)
		}
	}
	for version, good := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		raw, err := g.DialContext(t.Context(), "tcp", h.Address().String()+":5080")
		if err != nil {
			t.Fatal(err)
		}
		c := tls.Client(raw, &tls.Config{InsecureSkipVerify: true, MinVersion: version, MaxVersion: version}) // whether it answers is asked here
		if err := c.HandshakeContext(t.Context()); (err == nil) != good {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
		_ = raw.Close()
	}
}
