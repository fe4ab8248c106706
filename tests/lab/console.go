package lab

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// The size of a host's console in characters, a usual one for a server's screen.
const (
	consoleWidth  = 100
	consoleHeight = 37
)

// openConsole starts the host in a tmux session of its own: the session's pane is
// the host's console, for people (`lab console`) and for tests (Keys, Screen).
func (h *Host) openConsole(ctx context.Context) error {
	script := filepath.Join(h.lab.dir, "host.sh")
	run := fmt.Sprintf("exec unshare --mount --propagation private sh %s %s", quote(script), quote(h.dir))
	_, err := h.lab.tmux(ctx,
		"new-session", "-d", "-s", h.Name(), "-x", strconv.Itoa(consoleWidth), "-y", strconv.Itoa(consoleHeight), run, ";",
		"pipe-pane", "-t", h.pane(), "cat >>"+quote(h.Console()))
	if err != nil {
		return fmt.Errorf("start %s: %w", h.Name(), err)
	}
	return nil
}

// Background runs a program of this machine beside the hosts until the lab is
// closed. Its output goes to NAME.log in the lab's folder.
func (l *Lab) Background(ctx context.Context, name string, command ...string) error {
	var words []string
	for _, word := range command {
		words = append(words, quote(word))
	}
	run := "exec " + strings.Join(words, " ") + " >" + quote(filepath.Join(l.dir, name+".log")) + " 2>&1"
	_, err := l.tmux(ctx, "new-session", "-d", "-s", name, run)
	return err
}

// hasConsole says whether the host's session is there; it ends just after the host.
func (h *Host) hasConsole(ctx context.Context) bool {
	_, err := h.lab.tmux(ctx, "has-session", "-t", "="+h.Name())
	return err == nil
}

// pane is the host's console for tmux, exactly: without the = it would take h10 for h1.
func (h *Host) pane() string { return "=" + h.Name() + ":" }

// Keys types on the host's console. Each key is a text or a name of tmux(1), as
// "Enter", "F2", "C-c", "Up".
func (h *Host) Keys(ctx context.Context, keys ...string) error {
	_, err := h.lab.tmux(ctx, append([]string{"send-keys", "-t", h.pane()}, keys...)...)
	return err
}

// Screen is what the host's console shows now, as text.
func (h *Host) Screen(ctx context.Context) (string, error) {
	return h.lab.tmux(ctx, "capture-pane", "-p", "-t", h.pane())
}

// Blank empties the host's console as seen here, so that what it shows from now on was drawn from now on.
func (h *Host) Blank(ctx context.Context) error {
	_, err := h.lab.tmux(ctx, "send-keys", "-R", "-t", h.pane())
	return err
}

// ConsoleCommand is the command that connects a terminal to the host's console.
func (h *Host) ConsoleCommand(ctx context.Context) *exec.Cmd {
	return exec.CommandContext(ctx, "tmux", "-S", h.lab.socket(), "attach-session", "-t", "="+h.Name())
}

func (l *Lab) tmux(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "tmux", append([]string{"-S", l.socket(), "-f", os.DevNull}, args...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "TERM=xterm", "SHELL=/bin/sh", "HOME=/root"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("tmux %s: %w: %s", args[0], err, strings.TrimSpace(string(out)))
	}
	return string(out), nil
}

// quote makes one word of text for sh.
func quote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
