package console

import (
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tests/e2e/drive"
)

// TestLinkAtTheConsole links two hosts as two people with nothing but their consoles do: the one reads the token out, the
// other pastes it; then the leader is restarted from its power menu.
func TestLinkAtTheConsole(t *testing.T) {
	people := bootConsoles(t, "e2e-conslink", 2)
	leader, follower := people[0], people[1]
	for _, p := range people {
		p.within(time.Minute, "Device information", "Setup code", "https://"+p.h.Address().String()+":5080")
		if _, err := p.h.ExecStdin(t.Context(), strings.NewReader(password), "slipway", "setup", drive.User, "--password-file", "-"); err != nil {
			t.Fatal(err)
		}
		p.isGone("Setup code", 20*time.Second)
		p.logsIn()
	}
	leader.opens("Link this host")
	leader.types("Down", "Down", "Enter")
	leader.sees("Enter this token at the other host", "Stop making tokens")

	follower.opens("Link this host")
	follower.pastes("not-a-token")
	follower.types("Down", "Enter")
	follower.sees("this is not a link token: copy the whole text", "Back to the menu")
	follower.types("Enter")
	follower.sees("Configuration")
	follower.opens("Link this host")
	follower.pastes(leader.token())
	follower.types("Down", "Enter")
	follower.within(time.Minute, "Done.")
	follower.types("Enter")
	follower.sees("Configuration")
	follower.types("Escape")
	follower.sees("Log out and go back")
	follower.types("Tab", "Enter")
	follower.sees("Role follower of h1")

	leader.types("Escape")
	leader.sees("Configuration")
	leader.opens("Link this host")
	leader.sees("This host is the leader", "h2 10.77.0.12")
	leader.types("Escape")
	leader.sees("Configuration")
	leader.restarts("leader of 1")
	leader.within(2*time.Minute, "Device information", "Role leader of 1 linked host")

	linked, err := drive.JSON[api.Link](t.Context(), follower.h, "link", "list")
	if err != nil || linked.Role != api.Follower || len(linked.Hosts) != 2 {
		t.Errorf("the follower says %+v, %v", linked, err)
	}
}

// restarts uses the power menu, which says who else is affected before it asks again.
func (p person) restarts(affected string) {
	p.t.Helper()
	boot := p.run("stat", "--format=%Y", "/proc/1")
	p.opens("Power")
	p.sees("switch this host off and on")
	p.types("Down", "Enter")
	p.sees("Restart host", affected)
	p.types("Tab", "Enter")
	err := drive.Until(p.t.Context(), time.Minute, func() (bool, error) {
		now, err := p.h.Exec(p.t.Context(), "stat", "--format=%Y", "/proc/1")
		return err == nil && boot != string(now), err
	})
	if err != nil {
		p.t.Fatalf("the host did not restart: %v: %s", err, p.screen())
	}
}

// token is what a person reads from the page that shows one: the lines between the sentence and the buttons.
func (p person) token() string {
	p.t.Helper()
	text, err := p.h.Screen(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	var token strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); len(line) > 20 && !strings.ContainsAny(line, " [") {
			token.WriteString(line)
		}
	}
	if token.Len() < 100 {
		p.t.Fatalf("no token on %s", text)
	}
	return token.String()
}

// pastes sends text as terminals do for a paste, with line breaks as a mail program puts in.
func (p person) pastes(text string) {
	p.t.Helper()
	middle := len(text) / 2
	p.types("\x1b[200~" + text[:middle] + "\n" + text[middle:] + "\n\x1b[201~")
}
