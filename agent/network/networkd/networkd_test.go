package networkd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/slipway-os/slipway/agent/network"
)

// journal notes as text what would have been done.
type journal struct {
	lines   []string
	dropped []string
	members []int
	fail    error // what the next call answers
}

func (j *journal) DeleteLink(_ context.Context, name string) ([]int, error) {
	j.lines = append(j.lines, "delete "+name)
	return j.members, nil
}

func (j *journal) Drop(_ context.Context, o network.Own) error {
	j.dropped = append(j.dropped, fmt.Sprint(o.Addresses, o.Gateways))
	return nil
}

func (j *journal) call(_ context.Context, s service, method string, args ...any) error {
	if method == "GetLinkByName" {
		return dbus.Error{Name: noSuchLink}
	}
	j.lines = append(j.lines, strings.TrimSpace(fmt.Sprint(method, " ", s.name)))
	err := j.fail
	j.fail = nil
	return err
}

func (j *journal) take() string {
	all := strings.Join(j.lines, ", ")
	j.lines = nil
	return all
}

const reloaded = "Reload org.freedesktop.network1"

func newDaemon(t *testing.T) (*Daemon, *journal, string) {
	root := t.TempDir()
	j := &journal{}
	d := New(root, j, slog.New(slog.DiscardHandler))
	d.call = j.call
	return d, j, root
}

func static(ip string) network.Settings {
	return network.Settings{Adapters: []network.Adapter{{
		Name: "eth0", Match: network.Match{MAC: "52:54:00:00:00:01"}, Addresses: []netip.Prefix{netip.MustParsePrefix(ip)},
	}}}
}

func bridged(stp bool) network.Settings {
	s := static("192.0.2.1/24")
	s.Adapters = append(s.Adapters, network.Adapter{Name: "br0", Bridge: &network.Bridge{STP: stp}})
	return s
}

func files(t *testing.T, root string) string {
	t.Helper()
	var all []string
	for _, dir := range []string{confirmedDir, tryDir} {
		list, err := filepath.Glob(filepath.Join(root, dir, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			all = append(all, strings.TrimPrefix(f, root))
		}
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTryAndSettle(t *testing.T) {
	d, j, root := newDaemon(t)
	other := filepath.Join(root, confirmedDir, "20-mine.network")
	must(t, os.MkdirAll(filepath.Dir(other), 0o755))
	must(t, os.WriteFile(other, nil, 0o644))
	const mine = "/etc/systemd/network/20-mine.network"

	must(t, d.Settle(t.Context(), static("192.0.2.1/24")))
	if got := files(t, root); got != "/etc/systemd/network/10-slipway-eth0.network "+mine {
		t.Fatalf("files %s", got)
	}
	before, err := os.ReadFile(filepath.Join(root, confirmedDir, "10-slipway-eth0.network"))
	must(t, err)
	j.take()

	must(t, d.Try(t.Context(), static("192.0.2.1/24"), static("192.0.2.2/24")))
	want := "/etc/systemd/network/10-slipway-eth0.network " + mine + " /run/systemd/network/05-slipway-try-eth0.network"
	if got := files(t, root); got != want || j.take() != reloaded {
		t.Fatalf("files %s", got)
	}
	after, err := os.ReadFile(filepath.Join(root, confirmedDir, "10-slipway-eth0.network"))
	must(t, err)
	if !bytes.Equal(before, after) {
		t.Error("a try changed what is confirmed")
	}

	if got := strings.Join(j.dropped, " "); got != "[192.0.2.1/24] []" {
		t.Errorf("dropped %s", got)
	}
	must(t, d.Settle(t.Context(), static("192.0.2.2/24")))
	after, err = os.ReadFile(filepath.Join(root, confirmedDir, "10-slipway-eth0.network"))
	must(t, err)
	if got := files(t, root); !strings.Contains(string(after), "Address=192.0.2.2/24") || strings.Contains(got, "/run") || j.take() != reloaded {
		t.Errorf("files %s, confirmed:\n%s", got, after)
	}
	must(t, d.Settle(t.Context(), network.Settings{}))
	if got := files(t, root); got != mine {
		t.Errorf("files %s", got)
	}
}

func TestSettlingTwiceDoesNothing(t *testing.T) {
	d, j, _ := newDaemon(t)
	must(t, d.Settle(t.Context(), static("192.0.2.1/24")))
	j.take()
	must(t, d.Settle(t.Context(), static("192.0.2.1/24")))
	if got := j.take(); got != "" {
		t.Errorf("did %s", got)
	}
}

func TestReloadIsMadeUpFor(t *testing.T) {
	d, j, _ := newDaemon(t)
	j.fail = errors.New("no bus")
	if err := d.Settle(t.Context(), static("192.0.2.1/24")); err == nil {
		t.Fatal("hid that networkd was not reloaded")
	}
	j.take()
	must(t, d.Settle(t.Context(), static("192.0.2.1/24")))
	if got := j.take(); got != reloaded {
		t.Errorf("did %q", got)
	}
}

func TestNewAgentSettlesWhatADeadOneLeft(t *testing.T) {
	d, _, root := newDaemon(t)
	must(t, d.Settle(t.Context(), static("192.0.2.1/24")))
	must(t, d.Try(t.Context(), static("192.0.2.1/24"), static("192.0.2.2/24")))

	j := &journal{}
	next := New(root, j, slog.New(slog.DiscardHandler))
	next.call = j.call
	must(t, next.Settle(t.Context(), static("192.0.2.1/24")))
	if got := files(t, root); strings.Contains(got, "/run") || j.take() != reloaded {
		t.Errorf("files %s", got)
	}
	// Nothing on disk differs now, but it cannot know what networkd has read.
	third := New(root, j, slog.New(slog.DiscardHandler))
	third.call = j.call
	must(t, third.Settle(t.Context(), static("192.0.2.1/24")))
	if got := j.take(); got != reloaded {
		t.Errorf("did %q", got)
	}
}

func TestLinksThatCannotStay(t *testing.T) {
	for _, c := range []struct {
		name       string
		from, to   network.Settings
		confirm    bool
		atTry, end string
	}{
		{"changed and confirmed: once", bridged(false), bridged(true), true, "delete br0", ""},
		{"changed and rolled back: twice", bridged(false), bridged(true), false, "delete br0", "delete br0"},
		{"left out and confirmed: only then", bridged(false), static("192.0.2.1/24"), true, "", "delete br0"},
		{"left out and rolled back: never", bridged(false), static("192.0.2.1/24"), false, "", ""},
		{"new and confirmed: never", static("192.0.2.1/24"), bridged(false), true, "", ""},
		{"new and rolled back: at the end", static("192.0.2.1/24"), bridged(false), false, "", "delete br0"},
	} {
		d, j, _ := newDaemon(t)
		must(t, d.Settle(t.Context(), c.from))
		j.take()
		must(t, d.Try(t.Context(), c.from, c.to))
		if got := deletions(j); got != c.atTry {
			t.Errorf("%s: try did %q", c.name, got)
		}
		last := c.from
		if c.confirm {
			last = c.to
		}
		must(t, d.Settle(t.Context(), last))
		if got := deletions(j); got != c.end {
			t.Errorf("%s: the end did %q", c.name, got)
		}
	}
}

func deletions(j *journal) string {
	return strings.TrimSuffix(strings.TrimSuffix(j.take(), reloaded), ", ")
}

// TestMembersOfADeletedBridgeAreConfiguredAnew holds what networkd needs so as not to give up on them.
func TestMembersOfADeletedBridgeAreConfiguredAnew(t *testing.T) {
	d, j, _ := newDaemon(t)
	must(t, d.Settle(t.Context(), bridged(false)))
	j.take()
	j.members = []int{7}
	must(t, d.Try(t.Context(), bridged(false), bridged(true)))
	if got := j.take(); got != "delete br0, "+reloaded+", ReconfigureLink org.freedesktop.network1" {
		t.Errorf("did %s", got)
	}
}

func TestWatchdogReplacesItsTimer(t *testing.T) {
	j := &journal{fail: dbus.Error{Name: "org.freedesktop.systemd1.NoSuchUnit"}}
	w := Watchdog{j.call, t.TempDir()}
	must(t, w.Arm(t.Context(), time.Now().Add(time.Minute)))
	if script, err := os.ReadFile(filepath.Join(w.root, scriptFile)); err != nil || string(script) != rollbackScript+"\n" {
		t.Errorf("the script is %q, %v", script, err)
	}
	if got := j.take(); got != "StopUnit org.freedesktop.systemd1, StartTransientUnit org.freedesktop.systemd1" {
		t.Errorf("did %s", got)
	}
	j.fail = errors.New("no bus")
	if err := w.Arm(t.Context(), time.Now()); err == nil {
		t.Error("hid that there is no watchdog")
	}
}

// The script runs with programs that only note how they were called.
func TestRollbackScript(t *testing.T) {
	root := t.TempDir()
	calls := filepath.Join(root, "calls")
	for _, name := range []string{"networkctl", "ip"} {
		must(t, os.MkdirAll(filepath.Join(root, "bin"), 0o755))
		must(t, os.WriteFile(filepath.Join(root, "bin", name), []byte("#!/bin/sh\necho "+name+" $* >>"+calls+"\n"), 0o755))
	}
	confirmed := network.Settings{Adapters: []network.Adapter{{
		Name: "eth0", Match: network.Match{MAC: "52:54:00:00:00:01"}, Addresses: []netip.Prefix{netip.MustParsePrefix("192.0.2.1/24")},
		Gateway: netip.MustParseAddr("192.0.2.254"),
	}}}
	candidate := bridged(true)
	candidate.Adapters[0].Gateway = netip.MustParseAddr("192.0.2.254")
	candidate.Adapters[0].Addresses = append(candidate.Adapters[0].Addresses, netip.MustParsePrefix("192.0.2.9/24"), netip.MustParsePrefix("2001:db8::9/64"))
	candidate.Adapters[0].Gateway6 = netip.MustParseAddr("2001:db8::1")
	d, _, _ := newDaemon(t)
	d.confirmed.dir, d.try.dir = filepath.Join(root, confirmedDir), filepath.Join(root, tryDir)
	must(t, d.Settle(t.Context(), confirmed))
	must(t, d.Try(t.Context(), confirmed, candidate))

	script := strings.NewReplacer(confirmedDir, filepath.Join(root, confirmedDir), tryDir, filepath.Join(root, tryDir)).Replace(rollbackScript)
	cmd := exec.Command("/bin/sh", "-c", script)
	cmd.Env = []string{"PATH=" + filepath.Join(root, "bin") + ":/usr/bin:/bin"}
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%v: %s", err, out)
	}
	got, err := os.ReadFile(calls)
	must(t, err)
	want := "networkctl delete br0\nnetworkctl reload\nip address del 192.0.2.9/24 dev eth0\nip address del 2001:db8::9/64 dev eth0\n" +
		"ip route del default via 2001:db8::1 dev eth0 proto static\n"
	if string(got) != want {
		t.Errorf("did\n%swanted\n%s", got, want)
	}
	if left := files(t, root); left != "/etc/systemd/network/10-slipway-eth0.network" {
		t.Errorf("files %s", left)
	}
}

func TestWatchdogFormsWhatSystemdTakes(t *testing.T) {
	if got := dbus.SignatureOf(timer(time.Minute), []auxiliary{rollback()}).String(); got != "a(sv)a(sa(sv))" {
		t.Errorf("signature %s", got)
	}
	if got := timer(time.Minute)[1].Value.Signature().String(); got != "a(st)" {
		t.Errorf("timers %s", got)
	}
	command := rollback().Properties[2].Value
	if got := command.Signature().String(); got != "a(sasb)" {
		t.Errorf("command %s", got)
	}
	if text := command.String(); strings.ContainsAny(text, "$;%\\\n") {
		t.Errorf("a daemon-reload in the window would spoil the command %s", text)
	}
}
