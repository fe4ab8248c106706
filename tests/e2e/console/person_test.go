package console

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tests/e2e/drive"
	"github.com/slipway-os/slipway/tests/e2e/suite"
	"github.com/slipway-os/slipway/tests/lab"
)

// password of the first user; made up for the test.
const password = "four unrelated words"

// person sits at a host's console.
type person struct {
	t *testing.T
	h *lab.Host
}

// bootConsoles starts a lab of hosts with the console on their terminals: one person sits at each.
func bootConsoles(t *testing.T, name string, hosts int) (people []person) {
	t.Helper()
	files, err := lab.ConsoleFiles()
	if err != nil {
		t.Fatal(err)
	}
	l, err := lab.New(t.Context(), lab.Options{Name: name, Hosts: hosts, Rootfs: suite.Rootfs(t), Files: files})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, h := range l.Hosts() {
		people = append(people, person{t, h})
	}
	return people
}

// screen is what the console shows, without line breaks.
func (p person) screen() string {
	p.t.Helper()
	text, err := p.h.Screen(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return strings.Join(strings.Fields(text), " ")
}

// sees waits until the console shows every text.
func (p person) sees(texts ...string) {
	p.t.Helper()
	p.within(20*time.Second, texts...)
}

func (p person) within(limit time.Duration, texts ...string) {
	p.t.Helper()
	err := drive.Until(p.t.Context(), limit, func() (bool, error) {
		shown := p.screen()
		for _, text := range texts {
			if !strings.Contains(shown, text) {
				return false, fmt.Errorf("the console does not show %q: %s", text, shown)
			}
		}
		return true, nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// isGone waits until the console no longer shows text.
func (p person) isGone(text string, limit time.Duration) {
	p.t.Helper()
	err := drive.Until(p.t.Context(), limit, func() (bool, error) {
		return !strings.Contains(p.screen(), text), fmt.Errorf("the console still shows %q", text)
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// types presses keys: texts, or names as tmux(1) has them.
func (p person) types(keys ...string) {
	p.t.Helper()
	if err := p.h.Keys(p.t.Context(), keys...); err != nil {
		p.t.Fatal(err)
	}
}

// run runs a command inside the host.
func (p person) run(command ...string) string {
	p.t.Helper()
	out, err := p.h.Exec(p.t.Context(), command...)
	if err != nil {
		p.t.Fatalf("%s: %v", strings.Join(command, " "), err)
	}
	return string(out)
}

// beginsAnew restarts the console. The page of before goes first: a key that is pressed on it reaches nobody.
func (p person) beginsAnew() {
	p.t.Helper()
	p.run("systemctl", "stop", "console-getty.service")
	if err := p.h.Blank(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	p.run("systemctl", "start", "console-getty.service")
}

// logsIn goes from the landing page to the menu.
func (p person) logsIn() {
	p.t.Helper()
	p.sees("Device information", "https://")
	p.types("F2")
	p.sees("User login")
	p.types(drive.User, "Tab", password, "Tab", "Enter")
	p.sees("Logged in as " + drive.User)
}

// opens goes from anywhere on the menu to one of its entries: Home, and Down as often as the entry is below the first.
func (p person) opens(entry string) {
	p.t.Helper()
	text, err := p.h.Screen(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	keys := []string{"Home"}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, entry) {
			p.types(append(keys, "Enter")...)
			p.isGone("Logged in as", 10*time.Second)
			return
		}
		if len(keys) > 1 || strings.HasPrefix(line, "Hostname") {
			keys = append(keys, "Down")
		}
	}
	p.t.Fatalf("the menu has no %s: %s", entry, text)
}

// triesStatic goes from the menu to a try of a static address.
func (p person) triesStatic(address, gateway string) {
	p.t.Helper()
	p.opens("Host Network Adapters")
	p.sees("Host network adapters", "Create bond")
	p.types("Enter")
	p.sees("Adapter eth0", "IP scheme")
	if strings.Contains(p.screen(), "< DHCP >") {
		p.types("Right")
	}
	p.sees("< Static >", "IP address")
	p.types("Tab", "C-u", address, "Tab", "C-u", "24", "Tab", "C-u", gateway)
	p.sees("["+address+" ]", "["+gateway+" ]")
	p.types("Tab", "Tab", "Tab", "Tab", "Tab", "Enter") // IPv6, more addresses, IPv6 gateway, MTU, Apply
	p.sees("Difference", address+"/24", "[ Try it ]")
	p.types("Tab", "Enter")
	p.sees("Network settings on trial")
}

// addresses are those of eth0 as the kernel has them.
func (p person) addresses(ctx context.Context) string {
	out, _ := p.h.Exec(ctx, "ip", "-brief", "-4", "address", "show", "eth0")
	return string(out)
}

// isAt waits until the host has exactly this address.
func (p person) isAt(address string, limit time.Duration) {
	p.t.Helper()
	err := drive.Until(p.t.Context(), limit, func() (bool, error) {
		has := p.addresses(p.t.Context())
		return strings.Contains(has, " "+address+"/24") && strings.Count(has, "/") == 1, fmt.Errorf("eth0 has %s, not %s alone", has, address)
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// restsOn waits until no try is pending and the confirmed settings hold address; empty for none of one's own.
func (p person) restsOn(address string, limit time.Duration) {
	p.t.Helper()
	err := drive.Until(p.t.Context(), limit, func() (bool, error) {
		n, err := drive.JSON[api.Network](p.t.Context(), p.h, "network", "show")
		if err != nil {
			return false, err
		}
		confirmed := fmt.Sprint(n.Confirmed)
		ended := n.Try.State == "" || n.Try.State == api.RolledBack || n.Try.State == api.Confirmed
		return ended && strings.Contains(confirmed, address), fmt.Errorf("try %s %s, confirmed %s", n.Try.State, n.Try.Reason, confirmed)
	})
	if err != nil {
		p.t.Fatal(err)
	}
}
