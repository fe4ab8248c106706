package lab

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Gateway is the bridge's address: the hosts' DHCP and DNS server. It routes nothing.
const Gateway = "10.77.0.1"

// dnsmasqConfig gives every host its lease. A host that the lab does not know, as
// one whose MAC a test changed, gets an address above 10.77.0.100.
func (l *Lab) dnsmasqConfig() string {
	var b strings.Builder
	fmt.Fprintf(&b, `user=root
interface=br0
bind-interfaces
no-resolv
no-hosts
domain=lab
local=/lab/
dhcp-authoritative
dhcp-range=10.77.0.100,10.77.0.250,12h
dhcp-leasefile=%s/leases
log-facility=%s/dnsmasq.log
`, l.dir, l.dir)
	for _, h := range l.hosts {
		fmt.Fprintf(&b, "dhcp-host=%s,%s,%s\n", h.MAC(), h.Name(), h.Address())
	}
	return b.String()
}

func (l *Lab) startNetwork(ctx context.Context) error {
	for name, text := range map[string]string{
		"dnsmasq.conf": l.dnsmasqConfig(),
		"net.sh":       string(netScript),
		"host.sh":      string(hostScript),
	} {
		if err := write(filepath.Join(l.dir, name), text, 0o600); err != nil {
			return err
		}
	}
	// In a tmux session, like the hosts, so that it outlives this process.
	run := fmt.Sprintf("unshare --net --mount --propagation private sh %s %s %s >%s 2>&1",
		quote(filepath.Join(l.dir, "net.sh")), quote(l.dir), quote(l.cgroup("net")), quote(filepath.Join(l.dir, "net.log")))
	if _, err := l.tmux(ctx, "new-session", "-d", "-s", "net", run); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for l.netProcess() == 0 {
		select {
		case <-ctx.Done():
			text, _ := os.ReadFile(filepath.Join(l.dir, "net.log"))
			return fmt.Errorf("%w: %s", ctx.Err(), text)
		case <-ticker.C:
		}
	}
	return nil
}

// netProcess holds the lab's network namespace: dnsmasq.
func (l *Lab) netProcess() int {
	text, err := os.ReadFile(filepath.Join(l.dir, "net.pid"))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || !alive(pid) || !inCgroup(pid, l.cgroup("net")) {
		return 0
	}
	return pid
}

func (l *Lab) netnsOf(pid int) string { return fmt.Sprintf("/proc/%d/ns/net", pid) }

// Netns is the path of the network namespace that the bridge is in.
func (l *Lab) Netns() string { return l.netnsOf(l.netProcess()) }

// inNetns runs a command in the lab's network namespace.
func (l *Lab) inNetns(ctx context.Context, command ...string) error {
	cmd := exec.CommandContext(ctx, "nsenter", append([]string{"--net=" + l.Netns(), "--"}, command...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(command, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

// Partition unplugs the host's cable, or plugs it in again. It lasts over reboots.
func (h *Host) Partition(ctx context.Context, on bool) error {
	mark := filepath.Join(h.dir, "unplugged")
	state := "up"
	if on {
		state = "down"
		if err := write(mark, "", 0o600); err != nil {
			return err
		}
	} else if err := os.Remove(mark); err != nil && !os.IsNotExist(err) {
		return err
	}
	if h.process() == 0 {
		return nil // host.sh reads the mark when the host starts
	}
	return h.lab.inNetns(ctx, "ip", "link", "set", h.link(), state)
}

// Slow limits what the host receives to rate bits per second, and delays it; 0 and
// 0 end that. A delay needs the kernel's netem, which small kernels lack: then Slow
// says so and changes nothing. The rate lasts over reboots.
func (h *Host) Slow(ctx context.Context, rate int64, delay time.Duration) error {
	if delay > 0 {
		return h.slowNetem(ctx, rate, delay)
	}
	mark := filepath.Join(h.dir, "slow")
	if rate <= 0 {
		if err := os.Remove(mark); err != nil {
			return ignoreMissing(err)
		}
		return h.lab.inNetns(ctx, "tc", "qdisc", "del", "dev", h.link(), "root")
	}
	err := h.lab.inNetns(ctx, "tc", "qdisc", "replace", "dev", h.link(), "root",
		"tbf", "rate", fmt.Sprintf("%dbit", rate), "burst", "32kb", "latency", "200ms")
	if err != nil {
		return fmt.Errorf("slow %s: %w", h.Name(), err)
	}
	return write(mark, strconv.FormatInt(rate, 10), 0o600)
}

func (h *Host) slowNetem(ctx context.Context, rate int64, delay time.Duration) error {
	args := []string{"tc", "qdisc", "replace", "dev", h.link(), "root", "netem", "delay", delay.String()}
	if rate > 0 {
		args = append(args, "rate", fmt.Sprintf("%dbit", rate))
	}
	if err := h.lab.inNetns(ctx, args...); err != nil {
		return fmt.Errorf("delay %s: this machine's kernel may lack sch_netem: %w", h.Name(), err)
	}
	return nil
}

// link is the lab's end of the host's cable.
func (h *Host) link() string { return "vb-" + h.Name() }

func ignoreMissing(err error) error {
	if os.IsNotExist(err) {
		return nil
	}
	return err
}
