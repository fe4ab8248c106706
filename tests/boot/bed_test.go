package boot

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestBed boots the root file system on Debian's kernel, without an installation, and tries there what the lab cannot: real
// terminals, a keyboard, device rules of control groups, VLANs and bonds. The steps build on each other.
func TestBed(t *testing.T) {
	t.Parallel()
	b, bed, artefacts := bootBed(t)
	defer picture(t, b, filepath.Join(artefacts, "end.png"))
	for _, step := range []struct {
		name string
		run  func(guest)
	}{
		{"console draws on every terminal of the kernel", drawn},
		{"units pass systemd's judges", judged},
		{"kernel does not write over the screen", kernelIsQuiet},
		{"Alt+F2 gives a login", secondTerminal},
		{"keyboard creates the first user", firstUser},
		{"two consoles at once", twoConsoles},
		{"consoles are small", small},
		{"timer rolls back when the agent cannot", watchdog},
		{"log export to a FAT stick", stick},
		{"network suite", networkSuite},
	} {
		if !t.Run(step.name, func(t *testing.T) { step.run(guest{t, b, bed.Stick}) }) {
			t.FailNow()
		}
	}
}

// bedLimit is long enough for a machine that is emulated beside other work; a boot takes half a minute on one that is idle.
const bedLimit = 6 * time.Minute

// guest is a person at a machine that booted a Bed.
type guest struct {
	t *testing.T
	*Machine
	stick string // its USB stick
}

func bootBed(t *testing.T) (*Machine, *Bed, string) {
	t.Helper()
	if os.Getenv("SLIPWAY_BOOT") != "require" {
		t.Skip("boots a machine in QEMU: run make test-bed")
	}
	rootfs := os.Getenv("SLIPWAY_ROOTFS")
	if rootfs == "" || os.Geteuid() != 0 {
		t.Fatal("needs root, to give the machine the owners of the files, and SLIPWAY_ROOTFS, a tree of make rootfs")
	}
	cache, err := cacheDir()
	if err != nil {
		t.Fatal(err)
	}
	q, err := Find(t.Context(), filepath.Join(cache, "qemu"), t.Output())
	if err != nil {
		t.Fatal(err)
	}
	share := t.TempDir()
	bed, err := NewBed(t.Context(), rootfs, share)
	if err != nil {
		t.Fatal(err)
	}
	suite := exec.Command("go", "test", "-c", "-ldflags", "-s -w", "-o", filepath.Join(share, "engine.test"), "../../agent/network/engine")
	suite.Env = append(os.Environ(), "CGO_ENABLED=0")
	if err := run(suite); err != nil {
		t.Fatal(err)
	}
	artefacts := filepath.Join(cache, "boot", t.Name())
	if err := os.MkdirAll(artefacts, 0o755); err != nil {
		t.Fatal(err)
	}
	return start(t, q, Config{Bed: bed, Port: freePort(t)}, artefacts), bed, artefacts
}

// run runs a command that must succeed.
func (g guest) run(command ...string) string {
	g.t.Helper()
	out, err := g.Run(g.t.Context(), time.Minute, command...)
	if err != nil {
		g.t.Fatal(err)
	}
	return out
}

// until asks again until it is so.
func (g guest) until(what string, limit time.Duration, so func() (bool, string)) {
	g.t.Helper()
	begin := time.Now()
	for {
		ok, is := so()
		if ok {
			g.t.Logf("%5.1f s: %s", time.Since(begin).Seconds(), what)
			return
		}
		if time.Since(begin) > limit {
			g.t.Fatalf("waited %s in vain for: %s\n%s", limit, what, is)
		}
		time.Sleep(500 * time.Millisecond)
	}
}

// shows waits until the terminal (1 is tty1) shows the texts.
func (g guest) shows(terminal int, texts ...string) {
	g.t.Helper()
	g.until(fmt.Sprintf("tty%d shows %q", terminal, texts), bedLimit, func() (bool, string) {
		screen := g.screen(terminal)
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				return false, screen
			}
		}
		return true, screen
	})
}

// screen is the text of a terminal (vcs(4)), with single spaces.
func (g guest) screen(terminal int) string {
	g.t.Helper()
	return strings.Join(strings.Fields(g.run("cat", fmt.Sprintf("/dev/vcs%d", terminal))), " ")
}

func (g guest) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

// serial waits for a text on the serial console.
func (g guest) serial(pattern string) {
	g.t.Helper()
	ctx, cancel := context.WithTimeout(g.t.Context(), bedLimit)
	defer cancel()
	g.must(g.WaitFor(ctx, pattern))
}
