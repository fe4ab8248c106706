package agent

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/host/sysinfo"
	"github.com/slipway-os/slipway/agent/kairos"
	"github.com/slipway-os/slipway/agent/osupgrade"
)

// upgradeHost is a host in a folder: running is the name of the image that runs, reboots counts what was asked for.
func upgradeHost(t *testing.T, running string, reboots *int) upgrades {
	t.Helper()
	if _, err := exec.LookPath("grub-editenv"); err != nil {
		t.Skip("grub-editenv is missing (package grub-common)")
	}
	root := t.TempDir()
	for _, dir := range []string{"usr/lib/slipway", "oem"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "usr/lib/slipway/image"), []byte(running+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	a := &Agent{log: slog.New(slog.DiscardHandler), sysinfo: sysinfo.New(sysinfo.Options{Root: root, PoolDir: root})}
	return upgrades{a, upgradeDir(filepath.Join(root, "record")), kairos.Client{Root: root},
		func(context.Context) error { *reboots++; return errors.New("rebooting") }}
}

func (u upgrades) localUIAt(t *testing.T) {
	t.Helper()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") }))
	t.Cleanup(server.Close)
	where, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if u.a.port, err = strconv.Atoi(where.Port()); err != nil {
		t.Fatal(err)
	}
}

func (u upgrades) menu(t *testing.T) string {
	t.Helper()
	out, _ := exec.Command("grub-editenv", filepath.Join(u.kairos.Root, "oem/grubenv"), "list").CombinedOutput()
	return strings.TrimSpace(string(out))
}

// Feature 18: the new image proves itself, and only then becomes the default.
func TestUpgradeIsKept(t *testing.T) {
	var reboots int
	u := upgradeHost(t, "new", &reboots)
	u.localUIAt(t)
	r := osupgrade.Record{Phase: osupgrade.Trying, From: "old", To: "new", Boot: "earlier", Started: time.Now()}
	if err := u.dir.save(r); err != nil {
		t.Fatal(err)
	}
	if err := u.restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(string(u.dir), "trial")); err != nil {
		t.Errorf("slipway-trial.timer would not watch: %v", err)
	}
	if err := u.verify(t.Context(), func(string) {}); err != nil {
		t.Fatal(err)
	}
	if r, err := u.dir.load(); err != nil || r.Phase != osupgrade.Confirmed || u.menu(t) != "saved_entry=cos" || reboots != 0 {
		t.Errorf("phase %s (%v), menu %q, %d reboots", r.Phase, err, u.menu(t), reboots)
	}
	if _, err := os.Stat(filepath.Join(string(u.dir), "trial")); err == nil {
		t.Error("slipway-trial.timer would end a confirmed image")
	}
}

// Feature 18: the agent that is asked for the restart dies and comes back in the same boot, and asks again.
func TestUpgradeRestartsAgain(t *testing.T) {
	var reboots int
	u := upgradeHost(t, "old", &reboots)
	if err := u.arm(t.Context(), osupgrade.Record{Phase: osupgrade.Writing, From: "old", To: "new"}); err != nil {
		t.Fatal(err)
	}
	if got := u.menu(t); got != "saved_entry=fallback\nnext_entry=cos" {
		t.Errorf("menu %q: the new image must be tried once only", got)
	}
	for range 2 {
		if err := u.restart(t.Context()); err == nil {
			t.Error("went on without a restart")
		}
	}
	if reboots != 2 {
		t.Errorf("%d reboots", reboots)
	}
}

// Feature 18: the previous image runs again, and the operation says why, also when the new image's agent knew it.
func TestUpgradeFallsBack(t *testing.T) {
	for _, reason := range []string{"", "the adapter eth0 had no link"} {
		var reboots int
		u := upgradeHost(t, "old", &reboots)
		if err := u.dir.save(osupgrade.Record{Phase: osupgrade.Trying, From: "old", To: "new", Boot: "earlier", Reason: reason}); err != nil {
			t.Fatal(err)
		}
		err := u.verify(t.Context(), func(string) {})
		if err == nil || !strings.Contains(err.Error(), "returned to its previous image") || !strings.Contains(err.Error(), reason) {
			t.Errorf("got %v", err)
		}
		if r, err := u.dir.load(); err != nil || r.Phase != osupgrade.FellBack || reboots != 0 {
			t.Errorf("phase %s (%v), %d reboots", r.Phase, err, reboots)
		}
	}
}
