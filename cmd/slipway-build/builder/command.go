package builder

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// command prepares a child that is asked to stop when ctx ends, and killed ten
// seconds later.
func command(ctx context.Context, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// output runs a command to its end and returns what it printed. The error
// carries the end of what it said on stderr.
func output(cmd *exec.Cmd) ([]byte, error) {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, tail(stderr.String()))
	}
	return out, nil
}

// tail is the last twenty lines of a program's complaint.
func tail(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	if len(lines) > 20 {
		lines = lines[len(lines)-20:]
	}
	return strings.Join(lines, "\n")
}

// needTool makes sure that a program of a Debian package exists: root installs
// it, anybody else is told the command.
func needTool(ctx context.Context, tool string, packages ...string) error {
	_, err := exec.LookPath(tool)
	if !errors.Is(err, exec.ErrNotFound) {
		return err
	}
	install := append([]string{"install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"}, packages...)
	if os.Geteuid() != 0 {
		return fmt.Errorf("%s is missing; install it with: sudo apt-get install %s", tool, strings.Join(packages, " "))
	}
	cmd := command(ctx, "", "apt-get", install...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	_, err = output(cmd)
	return err
}
