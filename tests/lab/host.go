package lab

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Host is one machine of the lab.
type Host struct {
	lab   *Lab
	index int
	dir   string
}

// stopLimit is how long a host may take to power off before it is cut.
const stopLimit = 90 * time.Second

// poll is the pause between two looks at something that takes milliseconds.
const poll = 20 * time.Millisecond

func newHost(l *Lab, index int) *Host {
	return &Host{lab: l, index: index, dir: filepath.Join(l.dir, "h"+strconv.Itoa(index))}
}

// Name is the host's name in the lab and, at first boot, its hostname.
func (h *Host) Name() string { return "h" + strconv.Itoa(h.index) }

// Address is the address that the lab's DHCP server gives the host.
func (h *Host) Address() netip.Addr {
	return netip.AddrFrom4([4]byte{10, 77, 0, byte(10 + h.index)})
}

// MAC is the hardware address of the host's eth0.
func (h *Host) MAC() string { return fmt.Sprintf("52:54:00:77:00:%02x", 10+h.index) }

// Console is the log of everything the host wrote on its console.
func (h *Host) Console() string { return filepath.Join(h.dir, "console.log") }

// Start switches the host on. It returns when its first process is there.
func (h *Host) Start(ctx context.Context) error {
	if h.process() != 0 {
		return fmt.Errorf("%s is already on", h.Name())
	}
	if err := os.Remove(filepath.Join(h.dir, "pid")); err != nil && !os.IsNotExist(err) {
		return err
	}
	// A power cut leaves the groups of its pods behind, which no machine has after a boot; the kubelet would wait for each.
	if err := removeCgroups(h.lab.cgroup(h.Name())); err != nil {
		return err
	}
	if err := h.openConsole(ctx); err != nil {
		return err
	}
	return h.until(ctx, "started", func() (bool, error) {
		if !h.hasConsole(ctx) {
			return false, h.explain("could not start")
		}
		return h.leader() != 0, nil
	})
}

// Stop powers the host off in an orderly way. One that does not follow within 90
// seconds is cut, and that is an error.
func (h *Host) Stop(ctx context.Context) error {
	if h.process() == 0 {
		return nil
	}
	if _, err := h.Exec(ctx, "systemctl", "poweroff"); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, stopLimit)
	defer cancel()
	if err := h.waitOff(limited); err != nil {
		if cut := h.PowerCut(ctx); cut != nil {
			return cut
		}
		return fmt.Errorf("%s did not power off within %s and was cut", h.Name(), stopLimit)
	}
	return nil
}

// PowerCut ends the host at once, as if its plug were pulled. This machine's page
// cache survives, so writes that were not synced are not lost.
func (h *Host) PowerCut(ctx context.Context) error {
	leader := h.leader()
	if leader == 0 {
		return h.waitOff(ctx)
	}
	if err := unix.Kill(leader, unix.SIGKILL); err != nil && err != unix.ESRCH {
		return fmt.Errorf("cut %s: %w", h.Name(), err)
	}
	return h.waitOff(ctx)
}

// Restart reboots the host from inside and waits until it runs again.
func (h *Host) Restart(ctx context.Context) error {
	before := h.leader()
	if _, err := h.Exec(ctx, "systemctl", "reboot"); err != nil {
		return err
	}
	err := h.until(ctx, "rebooted", func() (bool, error) {
		if h.process() == 0 {
			return false, h.explain("did not come back")
		}
		now := h.leader()
		return now != 0 && now != before, nil
	})
	if err != nil {
		return err
	}
	return h.WaitRunning(ctx)
}

// Running says whether the host is on.
func (h *Host) Running() bool { return h.leader() != 0 }

// WaitRunning waits until systemd has started everything and no unit has failed.
func (h *Host) WaitRunning(ctx context.Context) error {
	return h.until(ctx, "running", func() (bool, error) {
		if h.process() == 0 {
			return false, h.explain("ended before it ran")
		}
		// Fails while systemd is not there yet, and from then on waits by itself; a signal that it missed costs half a minute.
		out, _ := h.Exec(ctx, "timeout", "30", "systemctl", "is-system-running", "--wait")
		switch strings.TrimSpace(string(out)) {
		case "running":
			return true, nil
		case "degraded":
			failed, _ := h.Exec(ctx, "systemctl", "list-units", "--failed", "--no-legend", "--plain")
			return false, fmt.Errorf("%s is degraded, failed units:\n%s", h.Name(), failed)
		}
		return false, nil
	})
}

// WaitAddress waits until the host has the address that the DHCP server gives it.
func (h *Host) WaitAddress(ctx context.Context) error {
	return h.until(ctx, "at "+h.Address().String(), func() (bool, error) {
		if h.process() == 0 {
			return false, h.explain("ended before it had an address")
		}
		out, err := h.Exec(ctx, "ip", "-brief", "-4", "address", "show", "eth0")
		return err == nil && strings.Contains(string(out), h.Address().String()+"/"), nil
	})
}

func (h *Host) waitOff(ctx context.Context) error {
	return h.until(ctx, "off", func() (bool, error) { return h.process() == 0 && !h.hasConsole(ctx), nil })
}

// until polls done, which says whether the host has become what.
func (h *Host) until(ctx context.Context, what string, done func() (bool, error)) error {
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for {
		ok, err := done()
		if err != nil || ok {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w, while waiting for it to be %s", h.explain("was given up"), what)
		case <-ticker.C:
		}
	}
}

// explain makes an error of what the host last said on its console.
func (h *Host) explain(what string) error {
	const limit = 1500
	text, err := os.ReadFile(h.Console())
	if err != nil {
		text = []byte(err.Error())
	}
	if len(text) > limit {
		text = text[len(text)-limit:]
	}
	return fmt.Errorf("%s %s; its console ends with:\n%s", h.Name(), what, text)
}
