package boot

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	firstConsole  = "slipway-console@tty1.service"
	serialConsole = "serial-getty@ttyS0.service" // an alias of the console's unit
)

// drawn: tty1 and every console= of the kernel show the device information, at the first attempt.
func drawn(g guest) {
	g.shows(1, "Device information", "Fingerprint sha256:", "https://10.0.2.15:5080")
	g.serial("Fingerprint")
	for _, unit := range []string{firstConsole, serialConsole} {
		if got := g.run("systemctl", "show", "--property=NRestarts", "--value", unit); strings.TrimSpace(got) != "0" {
			g.t.Errorf("%s was started again %s times", unit, got)
		}
	}
}

// judged: systemd's own judges of units, on the machine itself.
func judged(g guest) {
	if out := g.run("systemd-analyze", "verify", firstConsole, "slipway-agent.service"); strings.Contains(out, "slipway") {
		g.t.Errorf("systemd-analyze verify: %s", out)
	}
	g.run("systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", "/usr/lib/systemd/system/slipway-console@.service")
}

// kernelIsQuiet: an error of a driver is in the journal and not on the screen.
func kernelIsQuiet(g guest) {
	g.run("sh", "-c", "echo '<3>bed: a driver complains' >/dev/kmsg")
	if out := g.run("dmesg"); !strings.Contains(out, "a driver complains") {
		g.t.Errorf("the kernel did not take the message")
	}
	if screen := g.screen(1); strings.Contains(screen, "complains") {
		g.t.Errorf("the kernel writes over the screen: %s", screen)
	}
	if log, err := os.ReadFile(filepath.Join(g.dir, "serial.log")); err != nil || strings.Contains(string(log), "complains") {
		g.t.Errorf("the kernel writes over the serial console (%v)", err)
	}
}

func secondTerminal(g guest) {
	g.must(g.Press("alt-f2"))
	g.shows(2, "login:")
	g.must(g.Press("alt-f1"))
	g.until("tty1 is in front", time.Minute, func() (bool, string) {
		active := strings.TrimSpace(g.run("cat", "/sys/class/tty/tty0/active"))
		return active == "tty1", active
	})
}

// firstUser goes the way of a new machine's owner, with the keys that a keyboard sends.
func firstUser(g guest) {
	g.must(g.Press("f2"))
	g.shows(1, "Create user")
	for _, text := range []string{"ada", "four unrelated words", "four unrelated words"} {
		g.must(g.Write(text))
		g.must(g.Press("tab"))
	}
	g.must(g.Press("tab")) // past the day on which the password ends
	g.must(g.Press("ret"))
	g.shows(1, "Logged in as ada", "Host Network Adapters")
}

// twoConsoles: who is logged in on one terminal is not on the other, and c is F2 where there is none.
func twoConsoles(g guest) {
	g.must(g.Type("c"))
	g.serial("User login") // with the next redraw: before that only what is other than on the page before is written
	if screen := g.screen(1); !strings.Contains(screen, "Logged in as ada") {
		g.t.Errorf("tty1 shows %s", screen)
	}
	g.must(g.Type("\x1b"))
}

// small: at most 20 MiB each, as the kernel counts what is theirs (PSS).
func small(g guest) {
	for _, unit := range []string{firstConsole, serialConsole} {
		pid := strings.TrimSpace(g.run("systemctl", "show", "--property=MainPID", "--value", unit))
		kib := 0
		for line := range strings.Lines(g.run("cat", "/proc/"+pid+"/smaps_rollup")) {
			if f := strings.Fields(line); f[0] == "Pss:" {
				kib, _ = strconv.Atoi(f[1]) // 0 fails below
			}
		}
		if g.t.Logf("%s: %d KiB", unit, kib); kib == 0 || kib > 20<<10 {
			g.t.Errorf("%s takes %d KiB, more than 20 MiB", unit, kib)
		}
	}
}

// watchdog: the agent is gone inside the window and does not come back; systemd's timer takes the try back.
func watchdog(g guest) {
	const tried = "192.0.2.10/24"
	adapter := strings.Fields(g.run("ip", "-brief", "-4", "address", "show", "scope", "global"))[0]
	g.run("slipway", "network", "set", adapter, "--address", tried, "--confirm-within", "20s")
	g.until("the address on trial", time.Minute, func() (bool, string) {
		has := g.run("ip", "-brief", "-4", "address", "show", adapter)
		return strings.Contains(has, tried) && !strings.Contains(has, "10.0.2.15"), has
	})
	g.run("sh", "-c", "systemctl kill --signal=KILL slipway-agent.service && systemctl stop slipway-agent.service")
	g.until("the address from before", time.Minute, func() (bool, string) {
		has := g.run("ip", "-brief", "-4", "address", "show", adapter)
		return strings.Contains(has, "10.0.2.15/24") && !strings.Contains(has, tried), has
	})
	g.run("systemctl", "start", "slipway-agent.service")
	g.shows(1, "ada") // the console goes on by itself
}

// networkSuite is that of agent/network/engine, with the links that Debian's kernel can make.
func networkSuite(g guest) {
	out, err := g.Run(g.t.Context(), 15*time.Minute, "env", "SLIPWAY_BOOT=require", "TMPDIR=/tmp",
		"/run/test/engine.test", "-test.v", "-test.run", "Networkd|VLAN|Bond|Bridge|MTU|Foreign")
	for line := range strings.Lines(out) {
		if strings.Contains(line, "--- ") || err != nil {
			g.t.Log(fmt.Sprint(line))
		}
	}
	if err != nil || strings.Contains(out, "--- SKIP") {
		g.t.Errorf("the suite in the guest: %v", err)
	}
}
