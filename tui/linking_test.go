package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/slipway-os/slipway/agent/api"
)

func TestPastedTokenLosesItsLineBreaks(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		f.process.Role = "admin"
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52")
		open("Link this host")(d)
		d.post(tcell.NewEventPaste(true))
		for _, r := range "abc\r\ndef\n" {
			key := tcell.KeyRune
			if r == '\n' || r == '\r' {
				key = tcell.Key(r)
			}
			d.post(tcell.NewEventKey(key, r, tcell.ModNone))
		}
		d.post(tcell.NewEventPaste(false))
		d.sees("[abcdef")
		d.pick("Link to the leader")
		d.sees("Done.")
		if made := f.made(); !strings.Contains(made, `POST /link/join {"token":"abcdef"}`) {
			t.Errorf("calls:\n%s", made)
		}
	})
}

// The page of a token shows the one that is valid now.
func TestTokenIsFollowed(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		f.process.Role = "admin"
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52")
		open("Link this host")(d)
		d.pick("Show a token")
		d.sees("within 100 s", "eyJ2IjoxLCJh")
		d.waits(40 * time.Second)
		d.sees("within 60 s")
		f.set(func() {
			f.linkToken = api.LinkToken{Token: "another-token", ExpiresAt: time.Now().Add(120 * time.Second)}
		})
		d.sees("within 118 s", "another-token") // two seconds later
		d.pick("Stop making tokens")
		d.sees("Configuration")
		if made := f.made(); !strings.HasSuffix(made, "DELETE /link/token") {
			t.Errorf("calls:\n%s", made)
		}
	})
}

// Who waits on the leader's page for a host to be linked sees it come.
func TestLeaderSeesAHostCome(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		f.process.Role = "admin"
		f.link = api.Link{Role: api.Leader, Leader: f.host.Id, Epoch: 1, Hosts: []api.LinkedHost{{Id: f.host.Id, Name: "h1", Address: "10.77.0.11", Role: "leader"}}}
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52")
		open("Link this host")(d)
		d.sees("This host is the leader")
		f.set(func() {
			f.link.Hosts = append(f.link.Hosts, api.LinkedHost{Id: "b", Name: "h2", Address: "10.77.0.12", Status: "Ready", Content: "Synced", Health: "Healthy"})
		})
		d.sees("h2 10.77.0.12, Ready, Synced, Healthy")
	})
}
