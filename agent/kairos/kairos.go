// Package kairos drives the Kairos side of an installed host: which of its images boots next, and writing a new one.
package kairos

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ErrNotInstalled says that this system did not boot from an installed disk, so that there is nothing to return to.
var ErrNotInstalled = errors.New("this host was not installed from a Slipway image, so it has no recovery image to reset from")

// Client acts on the host whose run-time marks lie below Root.
type Client struct {
	Root string // "/" on a host
	// Command is kairos-agent; a test has its own.
	Command string
	// Editor is GRUB's grub-editenv, when empty.
	Editor string
}

// Installed tells whether the active or the passive image of an installed host is running: immucore marks which
// (https://github.com/kairos-io/immucore).
func (c Client) Installed() bool {
	for _, mark := range []string{"active_mode", "passive_mode"} {
		if _, err := os.Stat(filepath.Join(c.Root, "run/cos", mark)); err == nil {
			return true
		}
	}
	return false
}

// ResetOnce makes the next boot, and only that, return the host to the state after its installation. Until then it can be
// taken back by choosing another entry.
func (c Client) ResetOnce(ctx context.Context) error {
	if !c.Installed() {
		return ErrNotInstalled
	}
	out, err := exec.CommandContext(ctx, c.Command, "bootentry", "--select", "statereset").CombinedOutput()
	if err != nil {
		return fmt.Errorf("choose the reset entry for the next boot: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}
