// Package console drives the real console on a lab host with keys, as a person at the machine does.
package console

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tests/e2e/drive"
	"github.com/slipway-os/slipway/tests/e2e/suite"
)

// static is an address that the first boot gives the host, other what later tries want and must not get.
const (
	static  = "10.77.0.50"
	other   = "10.77.0.60"
	gateway = "10.77.0.1"
)

// window is how long the console lets a person decide, with what the agent may take to notice.
const window = 75 * time.Second

// TestConsole is the life of a host at its console; each step starts where the one before ended, on the menu or before it.
func TestConsole(t *testing.T) {
	p := bootConsoles(t, "e2e-console", 1)[0]
	at := func(step func(person)) func(*testing.T) {
		return func(t *testing.T) { step(person{t, p.h}) }
	}
	suite.Steps(t,
		suite.Step{Name: "first boot", Run: at(firstBoot)},
		suite.Step{Name: "unit is confined", Run: at(confined)},
		suite.Step{Name: "wrong gateway rolls back", Run: at(wrongGateway)},
		suite.Step{Name: "duplicate address is refused with its holder", Run: at(duplicate)},
		suite.Step{Name: "second try is refused", Run: at(secondTry)},
		suite.Step{Name: "name server is kept", Run: at(nameServer)},
		suite.Step{Name: "time servers and diagnostics", Run: at(timeAndDiagnostics)},
		suite.Step{Name: "agent down and back", Run: at(agentDown)},
		suite.Step{Name: "bridge is made and removed", Run: at(bridge)},
		suite.Step{Name: "kill of the agent rolls back", Run: at(killed("slipway-agent.service"))},
		suite.Step{Name: "kill of the console rolls back", Run: at(killed("console-getty.service"))},
		suite.Step{Name: "kill of both rolls back", Run: at(killed("slipway-agent.service", "console-getty.service"))},
		suite.Step{Name: "timer rolls back without an agent", Run: at(withoutAgent)},
		suite.Step{Name: "reboot inside the window rolls back", Run: at(rebooted)},
		suite.Step{Name: "power cut inside the window rolls back", Run: at(powerCut)},
		suite.Step{Name: "lock-out is the web's too", Run: at(lockedOut)},
	)
}

// firstBoot: create the user, name the host, DHCP to static, keep it, and the host answers at the new address. Feature 28, Feature 30 and Feature 31.
func firstBoot(p person) {
	p.within(time.Minute, "Device information", "https://10.77.0.11:5080", "Setup code", "sha256:")
	p.types("F2")
	p.sees("Create user")
	p.types(drive.User, "Tab", password, "Tab", password, "Tab", "Tab", "Enter")
	p.sees("Logged in as " + drive.User)
	p.types("Enter")
	p.sees("Host name")
	p.types("C-u", "edge-1", "Tab", "Enter")
	p.sees("The host is now called edge-1")
	if name := strings.TrimSpace(p.run("hostname")); name != "edge-1" {
		p.t.Errorf("the host is called %s", name)
	}
	p.triesStatic(static, gateway)
	p.sees("The new settings work", "Keep these settings")
	p.types("Enter")
	p.sees("The new settings are kept")
	p.isAt(static, 10*time.Second)
	p.types("Enter")
	p.sees("Configuration", static)
}

// confined: the process has no rights, little memory, and its unit passes systemd's own judges.
func confined(p person) {
	if out := p.run("systemd-analyze", "security", "--threshold=20", "--no-pager", "console-getty.service"); !strings.Contains(out, "Overall exposure level") {
		p.t.Errorf("systemd-analyze security: %s", out)
	}
	for unit, fragment := range map[string]string{"slipway-console@tty1.service": "slipway-console@.service", "serial-getty@ttyS0.service": "slipway-console@.service"} {
		if out := p.run("systemctl", "show", "--property=FragmentPath", "--value", unit); !strings.Contains(out, fragment) {
			p.t.Errorf("%s is %s, not the console", unit, out)
		}
	}
	if out := p.run("systemd-analyze", "verify", "slipway-console@tty1.service"); strings.Contains(out, "slipway") {
		p.t.Errorf("systemd-analyze verify: %s", out)
	}
	pid := strings.TrimSpace(p.run("systemctl", "show", "--property=MainPID", "--value", "console-getty.service"))
	status := p.run("cat", "/proc/"+pid+"/status")
	if !strings.Contains(status, "CapEff:\t0000000000000000") || strings.Contains(status, "Uid:\t0") {
		p.t.Errorf("the console has rights of its own:\n%s", status)
	}
	pss := p.pss(pid)
	for range 10 {
		p.types(strings.Fields(strings.Repeat("C-l ", 50))...) // the whole screen anew
	}
	p.types("C-l")
	p.sees("Logged in as")
	later := p.pss(pid)
	if p.t.Logf("PSS %d KiB, after 500 redraws %d KiB", pss, later); later == 0 || later > 20<<10 {
		p.t.Errorf("the console takes %d KiB (PSS), more than 20 MiB", later)
	}
}

// pss is what of the memory is the process's own, in KiB (proc(5), smaps_rollup).
func (p person) pss(pid string) int {
	p.t.Helper()
	for line := range strings.Lines(p.run("cat", "/proc/"+pid+"/smaps_rollup")) {
		if f := strings.Fields(line); f[0] == "Pss:" {
			kib, err := strconv.Atoi(f[1])
			if err != nil {
				p.t.Fatal(err)
			}
			return kib
		}
	}
	p.t.Fatalf("process %s tells no PSS", pid)
	return 0
}

func wrongGateway(p person) {
	p.triesStatic(other, "10.77.0.99")
	p.within(window, "back on the settings it had", "10.77.0.99")
	p.isAt(static, 10*time.Second)
	p.types("Enter")
	p.sees("Configuration")
}

// duplicate: the lab's DHCP server holds the gateway's address.
func duplicate(p person) {
	p.triesStatic(gateway, "10.77.0.2")
	p.within(window, "back on the settings it had", gateway, ":")
	link := p.run("ip", "neighbor", "show", gateway)
	if f := strings.Fields(link); len(f) > 4 && !strings.Contains(p.screen(), f[4]) {
		p.t.Errorf("the console does not name the holder %s: %s", f[4], p.screen())
	}
	p.isAt(static, 10*time.Second)
	p.types("Enter")
	p.sees("Configuration")
}

func secondTry(p person) {
	p.triesStatic(other, gateway)
	p.sees("The new settings work")
	out, err := p.h.Exec(p.t.Context(), "slipway", "network", "set", "eth0", "--dhcp")
	if err == nil {
		p.t.Errorf("a second try began: %s", out)
	}
	p.types("Tab", "Enter")
	p.sees("back on the settings it had")
	p.isAt(static, 10*time.Second)
	p.types("Enter")
	p.sees("Configuration")
}

func nameServer(p person) {
	p.opens("DNS Configuration")
	p.sees("DNS configuration", "Primary")
	p.types("Tab", "C-u", gateway, "Tab", "Tab", "C-u", "lab.example", "Tab", "Enter")
	p.sees("Difference", "lab.example")
	p.types("Tab", "Enter")
	p.sees("The new settings work")
	p.types("Enter")
	p.sees("The new settings are kept")
	if out := p.run("resolvectl", "domain", "eth0"); !strings.Contains(out, "lab.example") {
		p.t.Errorf("resolved does not search lab.example: %s", out)
	}
	p.types("Enter")
	p.sees("Configuration")
}

// timeAndDiagnostics: by keys, and the same by the command line.
func timeAndDiagnostics(p person) {
	p.opens("NTP Configuration")
	p.sees("NTP configuration")
	p.types("C-u", "10.77.0.1", "Tab", "Enter")
	p.sees("The time servers are set.", "NTP Configuration 10.77.0.1")
	if out := p.run("cat", "/run/systemd/timesyncd.conf.d/50-slipway-host.conf"); !strings.Contains(out, "NTP=10.77.0.1\n") {
		p.t.Errorf("timesyncd reads %q", out)
	}
	p.opens("Diagnostics")
	p.sees("Diagnostics", "Every test is made from this host")
	p.types("C-u", gateway, "Tab", "Enter")
	p.sees(gateway+" answers.", "ttl=")
	p.types("Escape")
	p.sees("Every test is made from this host")
	p.types("Down", "Down", "Down", "Down", "Down", "Down", "Down", "Enter")
	p.sees("Agent's log", "slipway")
	for _, command := range [][]string{{"diag", "ping", "--count", "1", gateway}, {"diag", "trace", gateway}, {"diag", "logs", "--lines", "5"}} {
		p.run(append([]string{"slipway"}, command...)...)
	}
	for _, target := range []string{"10.77.0.99", "-f", "a;reboot"} {
		if _, err := p.h.Exec(p.t.Context(), "slipway", "diag", "ping", "--count", "1", "--", target); err == nil {
			p.t.Errorf("ping %s is a success", target)
		}
	}
	p.types("Escape")
	p.sees("Every test is made from this host")
	p.types("Escape")
	p.sees("Configuration")
	p.types("Escape")
	p.sees("Log out and go back")
	p.types("Tab", "Enter")
	p.sees("Device information")
}

// agentDown: the console says so with the journal, and goes on by itself.
func agentDown(p person) {
	p.run("systemctl", "stop", "slipway-agent.service")
	p.sees("does not answer", "goes on by itself", "Stopped slipway-agent.service") // as its journal ends
	p.run("systemctl", "start", "slipway-agent.service")
	p.isGone("goes on by itself", time.Minute)
	p.sees("Health Healthy")
}

// bridge: a new adapter takes the address over, and goes when it is taken back.
func bridge(p person) {
	p.logsIn()
	p.opens("Host Network Adapters")
	p.sees("Create bridge")
	p.types("End", "Enter")
	p.sees("Spanning tree", "Member eth0", "[br0")
	p.types("Tab", "Tab", "Right", "End", "Enter")
	p.sees("Difference", "bridge", "eth0")
	p.types("Tab", "Enter")
	p.within(window, "The new settings work")
	if out := p.run("ip", "-brief", "link", "show", "master", "br0"); !strings.Contains(out, "eth0") {
		p.t.Errorf("eth0 is no member of br0: %s", out)
	}
	p.types("Tab", "Enter")
	p.within(window, "back on the settings it had")
	p.isAt(static, window)
	if out, err := p.h.Exec(p.t.Context(), "ip", "link", "show", "br0"); err == nil {
		p.t.Errorf("br0 is still there: %s", out)
	}
	p.types("Enter")
	p.sees("Configuration")
	p.types("Escape")
	p.sees("Log out and go back")
	p.types("Tab", "Enter")
	p.sees("Device information")
}

// killed: a crash of any part inside the window ends on the old settings, and the console comes back.
func killed(units ...string) func(person) {
	return func(p person) {
		p.logsIn()
		p.triesStatic(other, gateway)
		p.sees("The new settings work")
		p.run(append([]string{"systemctl", "kill", "--signal=KILL"}, units...)...)
		p.restsOn(static, window)
		p.isAt(static, window)
		p.beginsAnew() // who was logged in is so no longer
		p.within(30*time.Second, "Device information")
	}
}

// withoutAgent: the agent is killed inside the window and does not come back; systemd's timer takes all of the try back.
func withoutAgent(p person) {
	p.run("slipway", "network", "set", "eth0", "--address", other+"/24", "--gateway", gateway, "--confirm-within", "20s")
	p.isAt(other, 10*time.Second)
	p.run("sh", "-c", "systemctl kill --signal=KILL slipway-agent.service; systemctl stop slipway-agent.service")
	p.isAt(static, window)
	p.run("systemctl", "start", "slipway-agent.service")
	p.restsOn(static, window)
	p.isAt(static, window)
	p.isGone("goes on by itself", window) // and goes on
}

// rebooted: what is on trial does not survive the boot.
func rebooted(p person) {
	p.logsIn()
	p.triesStatic(other, gateway)
	p.sees("The new settings work")
	ctx, cancel := context.WithTimeout(p.t.Context(), 2*time.Minute)
	defer cancel()
	if err := p.h.Restart(ctx); err != nil {
		p.t.Fatal(err)
	}
	p.within(time.Minute, "Device information", "https://"+static+":5080", "edge-1")
	p.restsOn(static, window)
	p.isAt(static, 10*time.Second)
	n, err := drive.JSON[api.Network](p.t.Context(), p.h, "network", "show")
	if out := p.run("cat", "/run/systemd/timesyncd.conf.d/50-slipway-host.conf"); !strings.Contains(out, "NTP=10.77.0.1\n") {
		p.t.Errorf("the boot forgot the time servers: %q", out)
	}
	if err != nil || n.Candidate != nil {
		p.t.Errorf("after the boot: %+v, %v", n, err)
	}
}

// powerCut: what is on trial does not survive it, and what is confirmed comes from the agent's state: on an installed host
// /etc is an overlay in memory, so its files are gone too.
func powerCut(p person) {
	p.logsIn()
	p.triesStatic(other, gateway)
	p.sees("The new settings work")
	p.run("sh", "-c", "rm /etc/systemd/network/10-slipway-*; sync")
	if err := p.h.PowerCut(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	if err := p.h.Start(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	if err := p.h.WaitRunning(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	p.within(time.Minute, "Device information", "https://"+static+":5080", "edge-1")
	p.restsOn(static, window)
	p.isAt(static, 10*time.Second)
}

// lockedOut: who types wrong passwords at the console is locked out there and at the web, with the right one too. The last
// step, for it takes a quarter of an hour to end. Feature 29.
func lockedOut(p person) {
	p.types("F2")
	p.sees("User login")
	p.types(drive.User, "Tab", "a guess", "Tab", "Enter")
	p.sees("wrong")
	err := drive.Until(p.t.Context(), time.Minute, func() (bool, error) {
		p.types("Enter")
		shown := p.screen()
		return strings.Contains(shown, "try again in 15 minutes") || strings.Contains(shown, "try again in 14 minutes"), fmt.Errorf("the console shows %s", shown)
	})
	if err != nil {
		p.t.Fatal(err)
	}
	pin := suite.OnJSON[api.Host](p.t, p.h, "host", "show").Fingerprint
	web := []string{"--host", "https://" + static + ":5080", "--pin", pin, "--user", drive.User, "--password-file", "-", "host", "show"}
	suite.On(p.t, p.h, password, web...).Refused(p.t, "too many wrong passwords")
}
