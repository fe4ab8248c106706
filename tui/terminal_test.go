package tui

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/apiclient"
)

// socketOf, in the environment, makes this program a console of the agent behind the socket, on a real terminal.
const socketOf = "SLIPWAY_TEST_CONSOLE"

func TestMain(m *testing.M) {
	socket := os.Getenv(socketOf)
	if socket == "" {
		os.Exit(m.Run())
	}
	begin := time.Now()
	o := Options{Client: apiclient.Socket(socket), Version: "0.1.0", Stay: true, Refresh: 50 * time.Millisecond, Now: func() time.Time { return start.Add(time.Since(begin)) }}
	if err := Run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// pane is a terminal of tmux(1) in which a console runs as a process of its own.
type pane struct {
	t      *testing.T
	server string
}

func openPane(t *testing.T, f *fakeAgent, width, height int, env ...string) pane {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("needs tmux: run tests/packages.sh as root")
	}
	p := pane{t, filepath.Join(t.TempDir(), "tmux")}
	p.tmux("-u", "-f", "/dev/null", "new-session", "-d", "-x", strconv.Itoa(width), "-y", strconv.Itoa(height), "cat")
	t.Cleanup(func() { p.tmux("kill-server") })
	p.tmux("pipe-pane", "-O", "exec cat >"+p.line())
	p.tmux("respawn-pane", "-k", fmt.Sprintf("exec env -u LC_ALL %s %s=%s %s", strings.Join(env, " "), socketOf, f.listen(), os.Args[0]))
	return p
}

// line is the file of what the console wrote to the terminal.
func (p pane) line() string { return p.server + ".line" }

// sent is how much that was so far, in bytes.
func (p pane) sent() int {
	p.t.Helper()
	info, err := os.Stat(p.line())
	if err != nil {
		p.t.Fatal(err)
	}
	return int(info.Size())
}

func (p pane) tmux(args ...string) string {
	p.t.Helper()
	out, err := exec.Command("tmux", append([]string{"-S", p.server}, args...)...).CombinedOutput()
	if err != nil {
		p.t.Fatalf("tmux %s: %v: %s", args, err, out)
	}
	return string(out)
}

// until waits until the terminal shows what is wanted.
func (p pane) until(what string, so func(text string) bool) {
	p.t.Helper()
	text := ""
	for limit := time.Now().Add(time.Minute); time.Now().Before(limit); time.Sleep(20 * time.Millisecond) {
		if text = p.tmux("capture-pane", "-p"); so(text) {
			return
		}
	}
	p.t.Fatalf("the terminal does not show %s\n%s", what, text)
}

func (p pane) golden(name string) {
	p.t.Helper()
	want, err := os.ReadFile(filepath.Join("testdata", name+".txt"))
	if err != nil {
		p.t.Fatal(err)
	}
	p.until("the text of "+name, func(s string) bool { return strings.TrimRight(s, "\n") == strings.TrimRight(string(want), "\n") })
}

// Each kind of terminal that a machine's console may be shows the same screens, and its keys do the same. The function keys
// of a vt100 are c and p. Feature 24, Feature 25 and Feature 27.
func TestTerminals(t *testing.T) {
	for _, kind := range []string{"linux", "vt100", "vt220", "xterm", "xterm-256color", "never-heard-of"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.process.Role = "admin"
			p := openPane(t, f, 80, 24, "LANG=C.UTF-8", "TERM="+kind)
			p.golden("landing-80x24")
			p.tmux("send-keys", "c")
			p.until("the menu", func(s string) bool { return strings.Contains(s, "Host Network Adapters") })
			p.tmux("send-keys", "Down", "Enter")
			p.golden("adapters-80x24")
		})
	}
}

var (
	colour = regexp.MustCompile(`\x1b\[[0-9;]*[34][0-8][0-9;]*m`)
	beyond = regexp.MustCompile(`[^\x00-\x7f]`)
)

// Without UTF-8 the console writes nothing else than ASCII, and no page needs colours.
func TestPlainTerminal(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	inCluster(f)
	p := openPane(t, f, 80, 24, "LANG=C", "TERM=vt100")
	p.until("the landing page", func(s string) bool { return strings.Contains(s, "leader of 2 linked hosts") })
	if text := p.tmux("capture-pane", "-p", "-e"); colour.MatchString(text) || beyond.MatchString(text) {
		t.Errorf("colours or more than ASCII:\n%q", text)
	}
}

// Whatever sizes a terminal takes on, in the end the screen is right.
func TestResizedTerminal(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.process.Role = "admin"
	p := openPane(t, f, 132, 43, "LANG=C.UTF-8", "TERM=xterm")
	p.golden("landing-132x43")
	for range 12 {
		for _, size := range [][2]string{{"300", "80"}, {"60", "15"}, {"1", "1"}, {"80", "24"}, {"7", "50"}} {
			p.tmux("resize-window", "-x", size[0], "-y", size[1])
		}
	}
	p.tmux("resize-window", "-x", "80", "-y", "24")
	p.golden("landing-80x24")
	p.tmux("resize-window", "-x", "132", "-y", "43")
	p.golden("landing-132x43")
}

// What the kernel writes over the screen goes with Ctrl+L; TestLeftAlone shows that it goes by itself too.
func TestKernelMessagesGo(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	p := openPane(t, f, 80, 24, "LANG=C.UTF-8", "TERM=linux")
	p.golden("landing-80x24")
	tty, err := os.OpenFile(strings.TrimSpace(p.tmux("display-message", "-p", "#{pane_tty}")), os.O_WRONLY|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	if _, err := fmt.Fprint(tty, strings.Repeat("[   12.345678] usb 1-1: device descriptor read/64, error -71\r\n", 5)); err != nil {
		t.Fatal(err)
	}
	p.until("the kernel's message", func(s string) bool { return strings.Contains(s, "error -71") })
	p.tmux("send-keys", "C-l")
	p.golden("landing-80x24")
}

// A serial line of 9600 bit/s carries 960 bytes a second: the first screen is there in six seconds, another page in three,
// and who only watches leaves the line nearly idle.
func TestSlowLine(t *testing.T) {
	t.Parallel()
	const second = 960
	f := newFake(t)
	f.process.Role = "admin"
	p := openPane(t, f, 80, 24, "LANG=C.UTF-8", "TERM=vt220")
	p.golden("landing-80x24")
	first := p.sent()
	p.tmux("send-keys", "c")
	p.until("the menu", func(s string) bool { return strings.Contains(s, "Host Network Adapters") })
	p.tmux("send-keys", "Down", "Enter")
	p.golden("adapters-80x24")
	pages, looks := p.sent()-first, f.looks()
	p.until("fifty more looks at the host", func(string) bool { return f.looks() > looks+50 })
	idle := (p.sent() - first - pages) / 50
	t.Logf("first screen %d bytes, two pages %d, one look %d", first, pages, idle)
	if first > 6*second || pages > 2*3*second || idle > second/10 {
		t.Errorf("the line carries %d bytes for the first screen, %d for two pages, %d for each look", first, pages, idle)
	}
}
