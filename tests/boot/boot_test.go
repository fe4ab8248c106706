package boot

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

func TestMajorVersion(t *testing.T) {
	for text, want := range map[string]int{
		"QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2~bpo12+1)\n": 10,
		"QEMU emulator version 7.2.22 (Debian)":                         7,
		"command not found":                                             0,
	} {
		if got := majorVersion(text); got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
}

func TestWithBackports(t *testing.T) {
	got := withBackports([]string{"deb http://m bookworm main", "deb http://s bookworm-security main"})
	if len(got) != 3 || got[2] != "deb http://m bookworm-backports main" {
		t.Errorf("got %q", got)
	}
}

// setup gives a QEMU, the image, and a folder for pictures and logs that stays.
func setup(t *testing.T) (QEMU, string, string) {
	t.Helper()
	if os.Getenv("SLIPWAY_BOOT") != "require" {
		t.Skip("boots machines in QEMU for many minutes: run make test-boot")
	}
	image, err := filepath.Abs(os.Getenv("SLIPWAY_ISO"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(image); err != nil {
		t.Fatalf("SLIPWAY_ISO: %v", err)
	}
	cache, err := cacheDir()
	if err != nil {
		t.Fatal(err)
	}
	q, err := Find(t.Context(), filepath.Join(cache, "qemu"), t.Output())
	if err != nil {
		t.Fatal(err)
	}
	artefacts := filepath.Join(cache, "boot", t.Name())
	if err := os.MkdirAll(artefacts, 0o755); err != nil {
		t.Fatal(err)
	}
	return q, image, artefacts
}

func cacheDir() (string, error) {
	if dir := os.Getenv("SLIPWAY_CACHE"); dir != "" {
		return dir, nil
	}
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "slipway"), err
}

// start switches a machine on, and keeps its serial log with the pictures.
func start(t *testing.T, q QEMU, c Config, artefacts string) *Machine {
	t.Helper()
	dir, err := os.MkdirTemp("", "boot") // a socket's name may have 107 characters only
	if err != nil {
		t.Fatal(err)
	}
	c.Dir = dir
	m, err := q.Start(context.WithoutCancel(t.Context()), c) // a report of a failure comes after the test's context
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			report(t, m)
		}
		m.Close()
		for _, name := range []string{"serial", "shell"} {
			if log, err := os.ReadFile(filepath.Join(dir, name+".log")); err == nil {
				os.WriteFile(filepath.Join(artefacts, name+"-"+filepath.Base(dir)+".log"), log, 0o644)
			}
		}
		os.RemoveAll(dir)
	})
	return m
}

// report tells how a machine is that did not do what a test wanted: where its processors are, what its console said last, and
// what a shell in it finds.
func report(t *testing.T, m *Machine) {
	t.Helper()
	for range 3 {
		where, err := m.Processors()
		t.Logf("processors: %s (%v)", where, err)
		time.Sleep(time.Second)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second) // the test's own is over
	defer cancel()
	text, err := m.Shell(ctx, "export SYSTEMD_COLORS=0; uptime; networkctl --no-pager; ss -ltn; journalctl -b -n 40 --no-pager -o short-monotonic; systemctl list-jobs --no-pager; systemctl --failed --no-pager")
	t.Logf("a shell in it: %s (%v)", text, err)
	log, err := os.ReadFile(filepath.Join(m.dir, "serial.log"))
	t.Logf("the console's end: %s (%v)", tail(log), err)
}

func wait(t *testing.T, m *Machine, limit time.Duration, pattern string) {
	t.Helper()
	begin := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	if err := m.WaitFor(ctx, pattern); err != nil {
		t.Fatal(err)
	}
	t.Logf("%6.1f s: %s", time.Since(begin).Seconds(), pattern)
}

func picture(t *testing.T, m *Machine, path string) {
	t.Helper()
	if err := m.Screenshot(path); err != nil {
		t.Errorf("screenshot: %v", err)
	}
}

// TestLive boots the image to the shell of the live system, in the ways that no installation of these tests goes: as USB disk
// under both firmwares, and as CD of an old machine. Features 11, 13.
func TestLive(t *testing.T) {
	long(t)
	q, image, artefacts := setup(t)
	for _, way := range []struct {
		name, device string
		config       Config
	}{
		{"USB-BIOS", "/dev/sda", Config{USB: image}},
		{"CD-BIOS", "/dev/sr0", Config{CD: image}},
		{"USB-UEFI", "/dev/sda", Config{USB: image, UEFI: true}},
	} {
		t.Run(way.name, func(t *testing.T) {
			m := start(t, q, way.config, artefacts)
			wait(t, m, 3*time.Minute, "executed automatically in 4s")
			choose(t, m, "Install Slipway v0.1.0, choosing", "Shell, nothing")
			wait(t, m, 20*time.Minute, "root@localhost")
			if err := m.Type("cat /run/cos/live_mode; findmnt -n -o SOURCE /run/initramfs/live\r"); err != nil {
				t.Fatal(err)
			}
			wait(t, m, time.Minute, "1"+way.device)
			picture(t, m, filepath.Join(artefacts, way.name+".png"))
			m.Close()
		})
	}
}

// choose goes down a boot menu, whose first entry is marked, to the last of titles, and starts it. A star marks an entry.
func choose(t *testing.T, m *Machine, titles ...string) {
	t.Helper()
	for _, title := range titles {
		press(t, m, "down")
		wait(t, m, time.Minute, `\*`+title)
	}
	press(t, m, "ret")
}

func press(t *testing.T, m *Machine, keys ...string) {
	t.Helper()
	if err := m.Press(keys...); err != nil {
		t.Fatal(err)
	}
}

// freePort finds a port that nobody listens on.
func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// fetch gets the Local UI's first page, whose certificate nobody knows yet.
func fetch(m *Machine, port int, limit time.Duration) (string, error) {
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	for begin := time.Now(); ; time.Sleep(time.Second) {
		answer, err := client.Get("https://127.0.0.1:" + strconv.Itoa(port) + "/")
		if err == nil {
			defer answer.Body.Close()
			body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
			if answer.StatusCode != http.StatusOK {
				err = errors.Join(err, fmt.Errorf("the Local UI answers %s", answer.Status))
			}
			return string(body), err
		}
		if time.Since(begin) > limit {
			return "", fmt.Errorf("the Local UI does not answer on port 5080: %w", err)
		}
		if err := errors.Join(m.Trouble(), emulationFails(m)); err != nil {
			return "", fmt.Errorf("waiting for the Local UI: %w", err)
		}
	}
}

var errEmulation = errors.New("QEMU's emulation lost the end of an interrupt, and the machine stands still")

// emulationFails looks three times, for the kernel ends an interrupt a moment after it wakes.
func emulationFails(m *Machine) error {
	for range 3 {
		if lost, err := m.LostInterrupt(); err != nil || !lost {
			return nil // QEMU may have ended, which others tell
		}
		time.Sleep(time.Second)
	}
	return errEmulation
}
