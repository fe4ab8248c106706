package systemd

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
)

// bus starts a message bus of the test's own and makes it the system bus.
func bus(t *testing.T) *dbus.Conn {
	t.Helper()
	daemon, err := exec.LookPath("dbus-daemon")
	if err != nil {
		t.Skip("dbus-daemon is not installed (apt-get install dbus-daemon)")
	}
	cmd := exec.Command(daemon, "--session", "--nofork", "--print-address")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Signal(os.Interrupt); _ = cmd.Wait() })
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", strings.TrimSpace(address))
	c, err := dbus.ConnectSystemBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// manager is a service manager with one unit, good.service, and one that fails.
type manager struct {
	conn  *dbus.Conn
	mu    sync.Mutex
	calls []string
}

func (m *manager) note(call string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls = append(m.calls, call)
}

func (m *manager) job(verb, unit string) (dbus.ObjectPath, *dbus.Error) {
	m.note(verb + " " + unit)
	if unit == "none.service" {
		return "", dbus.NewError("org.freedesktop.systemd1.NoSuchUnit", []any{"Unit none.service not found."})
	}
	const job = dbus.ObjectPath("/org/freedesktop/systemd1/job/7")
	result := "done"
	if unit == "bad.service" {
		result = "failed"
	}
	_ = m.conn.Emit("/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager.JobRemoved", uint32(7), job, unit, result)
	return job, nil
}

func (m *manager) StartUnit(unit, _ string) (dbus.ObjectPath, *dbus.Error) {
	return m.job("start", unit)
}
func (m *manager) StopUnit(unit, _ string) (dbus.ObjectPath, *dbus.Error) { return m.job("stop", unit) }
func (m *manager) RestartUnit(unit, _ string) (dbus.ObjectPath, *dbus.Error) {
	return m.job("restart", unit)
}

func (m *manager) Reload() *dbus.Error {
	m.note("reload")
	return nil
}

func export(t *testing.T, c *dbus.Conn, name string) {
	t.Helper()
	if reply, err := c.RequestName(name, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("name %s: %v %v", name, reply, err)
	}
}

func properties(t *testing.T, c *dbus.Conn, path, iface string, values map[string]any) {
	t.Helper()
	p := map[string]*prop.Prop{}
	for k, v := range values {
		p[k] = &prop.Prop{Value: v}
	}
	if _, err := prop.Export(c, dbus.ObjectPath(path), prop.Map{iface: p}); err != nil {
		t.Fatal(err)
	}
}

func TestUnits(t *testing.T) {
	c := bus(t)
	m := &manager{conn: c}
	if err := c.Export(m, "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"); err != nil {
		t.Fatal(err)
	}
	properties(t, c, "/org/freedesktop/systemd1/unit/good_2eservice", "org.freedesktop.systemd1.Unit", map[string]any{"ActiveState": "active"})
	export(t, c, "org.freedesktop.systemd1")
	ctx, s := t.Context(), Client{}
	for _, do := range []func(context.Context, string) error{s.Start, s.Restart, s.Stop} {
		if err := do(ctx, "good.service"); err != nil {
			t.Error(err)
		}
	}
	if err := s.DaemonReload(ctx); err != nil {
		t.Error(err)
	}
	m.mu.Lock()
	calls := strings.Join(m.calls, ", ")
	m.mu.Unlock()
	if calls != "start good.service, restart good.service, stop good.service, reload" {
		t.Errorf("calls %s", calls)
	}
	if err := s.Start(ctx, "bad.service"); err == nil || !strings.Contains(err.Error(), `ended as "failed"`) || !strings.Contains(err.Error(), "journalctl -u bad.service") {
		t.Errorf("a failed job: %v", err)
	}
	if err := s.Start(ctx, "none.service"); err == nil || !strings.Contains(err.Error(), "not found") {
		t.Errorf("a missing unit: %v", err)
	}
	if state, err := s.ActiveState(ctx, "good.service"); err != nil || state != "active" {
		t.Errorf("state %q, %v", state, err)
	}
}

type hostnamed struct{ name atomic.Value }

func (h *hostnamed) SetStaticHostname(name string, _ bool) *dbus.Error {
	h.name.Store(name)
	return nil
}

func TestMachine(t *testing.T) {
	c := bus(t)
	h := &hostnamed{}
	if err := c.Export(h, "/org/freedesktop/hostname1", "org.freedesktop.hostname1"); err != nil {
		t.Fatal(err)
	}
	properties(t, c, "/org/freedesktop/hostname1", "org.freedesktop.hostname1", map[string]any{"StaticHostname": "", "Hostname": "from-dhcp"})
	properties(t, c, "/org/freedesktop/timedate1", "org.freedesktop.timedate1", map[string]any{"Timezone": "Etc/UTC", "NTP": true, "NTPSynchronized": false})
	export(t, c, "org.freedesktop.hostname1")
	export(t, c, "org.freedesktop.timedate1")
	ctx, s := t.Context(), Client{}
	if name, err := s.Hostname(ctx); err != nil || name != "from-dhcp" {
		t.Errorf("host name %q, %v", name, err)
	}
	if err := s.SetHostname(ctx, "edge-1"); err != nil || h.name.Load() != "edge-1" {
		t.Errorf("host name set to %v, %v", h.name.Load(), err)
	}
	if clock, err := s.Clock(ctx); err != nil || clock != (Clock{Timezone: "Etc/UTC", NTP: true}) {
		t.Errorf("clock %+v, %v", clock, err)
	}
	if err := s.Reboot(ctx); err == nil {
		t.Error("a reboot that nobody carried out")
	}
}

type logind struct {
	mu    sync.Mutex
	calls []string
}

func (l *logind) Reboot(ask bool) *dbus.Error   { return l.note("reboot", ask) }
func (l *logind) PowerOff(ask bool) *dbus.Error { return l.note("power off", ask) }

func (l *logind) note(what string, ask bool) *dbus.Error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, fmt.Sprint(what, " ", ask))
	return nil
}

// Unlike its siblings, logind has its methods on an interface called Manager (org.freedesktop.login1(5)).
func TestPower(t *testing.T) {
	c := bus(t)
	l := &logind{}
	if err := c.Export(l, "/org/freedesktop/login1", "org.freedesktop.login1.Manager"); err != nil {
		t.Fatal(err)
	}
	export(t, c, "org.freedesktop.login1")
	for _, do := range []func(context.Context) error{Client{}.Reboot, Client{}.PowerOff} {
		if err := do(t.Context()); err != nil {
			t.Error(err)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if got := strings.Join(l.calls, ", "); got != "reboot false, power off false" {
		t.Errorf("calls %s", got)
	}
}

func TestNoBus(t *testing.T) {
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/does/not/exist")
	if _, err := (Client{}).ActiveState(t.Context(), "x.service"); err == nil || !strings.Contains(err.Error(), "reach systemd over D-Bus") {
		t.Errorf("error %v", err)
	}
}
