package engine

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/network"
	"github.com/slipway-os/slipway/agent/network/networkd"
	"github.com/slipway-os/slipway/agent/network/rtnl"
)

// real is a host whose network is systemd-networkd's, on a cable to the peer.
type real struct{ log string }

func TestSuiteOnNetworkd(t *testing.T) {
	suite(t, func(t *testing.T, test func(*testing.T, lan)) { test(t, newReal(t)) })
}

func newReal(t *testing.T) *real { return newRealWith(t, simplePeer, "eth7") }

// newRealWith is a host with cables from its adapters to port0, port1... of a peer whose network the commands make.
func newRealWith(t *testing.T, commands string, adapters ...string) *real {
	t.Helper()
	if what := missing(); what != "" {
		t.Skip("needs " + what)
	}
	r := &real{log: filepath.Join(t.TempDir(), "networkd.log")}
	t.Cleanup(func() {
		if t.Failed() {
			text, _ := os.ReadFile(r.log)
			t.Logf("networkd:\n%s", text)
		}
	})
	clean(t)
	connect(t, commands, adapters)
	startBus(t)
	r.startNetworkd(t)
	return r
}

// clean forgets the settings and leases of an earlier test.
func clean(t *testing.T) {
	t.Helper()
	for _, pattern := range []string{"/etc/systemd/network/*", "/run/systemd/network/*", "/run/systemd/netif", "/run/dbus/*"} {
		list, err := filepath.Glob(pattern)
		must(t, err)
		for _, f := range list {
			must(t, os.RemoveAll(f))
		}
	}
}

// connect lays cables to a new peer.
func connect(t *testing.T, commands string, adapters []string) {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), role+"=peer", peerCommands+"="+commands)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
		for _, name := range adapters {
			_ = exec.Command("ip", "link", "del", name).Run()
		}
	})
	for i, name := range adapters {
		port := fmt.Sprintf("port%d", i)
		ip(t, "link", "add", name, "type", "veth", "peer", "name", port, "netns", strconv.Itoa(cmd.Process.Pid))
	}
	_, err = io.WriteString(in, "go\n")
	must(t, err)
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatalf("the peer did not start: %v", err)
	}
}

// busConfig lets everybody do everything: the bus is this test's.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`

func startBus(t *testing.T) {
	t.Helper()
	must(t, os.WriteFile("/run/dbus/test.conf", []byte(busConfig), 0o644))
	spawn(t, io.Discard, "/usr/bin/dbus-daemon", "--config-file=/run/dbus/test.conf", "--nofork", "--nopidfile")
	until(t, "the bus", func() bool {
		c, err := net.Dial("unix", "/run/dbus/system_bus_socket")
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
}

func (r *real) startNetworkd(t *testing.T) {
	t.Helper()
	// As the unit does: StateDirectory= and RuntimeDirectory= for the user systemd-network.
	for _, dir := range []string{"/run/systemd/netif", "/run/systemd/netif/links", "/run/systemd/netif/leases", "/run/systemd/netif/lldp"} {
		must(t, os.MkdirAll(dir, 0o755))
	}
	must(t, exec.Command("chown", "-R", "systemd-network:", "/run/systemd/netif").Run())
	f, err := os.Create(r.log)
	must(t, err)
	t.Cleanup(func() { _ = f.Close() })
	spawn(t, f, networkdPath)
	until(t, "networkd", func() bool {
		return exec.Command("networkctl", "status", "eth7").Run() == nil &&
			exec.Command("networkctl", "reload").Run() == nil // it is on the bus
	})
}

func (r *real) deps(*testing.T) Deps {
	kernel, log := rtnl.Reader{}, slog.New(slog.DiscardHandler)
	p := newPaper() // there is no systemd here to keep a timer or a name
	return Deps{Configurer: networkd.New("", kernel, log), Verifier: kernel, Observer: kernel, Watchdog: p, Hostnames: p}
}

func (r *real) addresses(t *testing.T) []string {
	t.Helper()
	all, err := rtnl.Reader{}.Observe(t.Context())
	must(t, err)
	var out []string
	for _, o := range all {
		for _, a := range o.Addresses {
			if o.Name == "eth7" && a.Prefix.Addr().Is4() {
				out = append(out, a.Prefix.String())
			}
		}
	}
	return out
}

// TestForeignAddressSurvives is kube-vip's: an address that others put on the adapter stays through every change.
func TestForeignAddressSurvives(t *testing.T) {
	r := newReal(t)
	a := start(t, r, &memory{})
	eventually(t, r, leased)
	a.confirmed(eth7(given, gateway))
	eventually(t, r, given)
	const vip = "192.0.2.200/32"
	ip(t, "addr", "add", vip, "dev", "eth7")
	lost := watch(t, r, vip)
	a.confirmed(eth7(second, gateway))
	a.confirmed(network.Adapter{Name: "eth7", DHCP: true})
	until(t, "the lease", func() bool { return slices.Contains(r.addresses(t), leased) })
	if n := lost(); n > 0 {
		t.Errorf("the VIP was away in %d looks", n)
	}
	if got := r.addresses(t); !slices.Contains(got, vip) || slices.Contains(got, second) {
		t.Errorf("eth7 has %v", got)
	}
}

// watch looks every millisecond whether the adapter has the address; the answer is how often it had not.
func watch(t *testing.T, r *real, address string) func() int {
	ctx, cancel := context.WithCancel(t.Context())
	count := make(chan int)
	go func() {
		n := 0
		for ticker := time.NewTicker(time.Millisecond); ctx.Err() == nil; <-ticker.C {
			if !slices.Contains(r.addresses(t), address) {
				n++
			}
		}
		count <- n
	}()
	return func() int { cancel(); return <-count }
}

// TestBridge makes, changes, takes back and deletes a link of our own. Feature 64.
func TestBridge(t *testing.T) {
	r := newReal(t)
	a := start(t, r, &memory{})
	eventually(t, r, leased)
	bridge := func(stp bool) network.Change {
		br := eth7(given, gateway)
		br.Name, br.Bridge = "br7", &network.Bridge{STP: stp, Members: []string{"eth7"}}
		return network.Change{Set: []network.Adapter{br, {Name: "eth7"}}}
	}
	stp := func() string { return sysfs("br7/bridge/stp_state") }
	keep(t, a, bridge(false))
	if stp() != "0" {
		t.Fatalf("STP is %q", stp())
	}
	try := propose(t, a, bridge(true))
	if stp() != "1" {
		t.Errorf("on trial: STP is %q", stp())
	}
	if _, err := a.Cancel(t.Context(), try.ID); err != nil {
		t.Fatal(err)
	}
	until(t, "the old bridge", func() bool { return stp() == "0" })
	keep(t, a, network.Change{Remove: []string{"br7"}, Set: []network.Adapter{{Name: "eth7", DHCP: true}}})
	isGone(t, "br7")
	eventually(t, r, leased)
}

func spawn(t *testing.T, log io.Writer, command ...string) {
	t.Helper()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for limit := time.Now().Add(20 * time.Second); !done(); wait(t) {
		if time.Now().After(limit) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func ip(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
