package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/slipway-os/slipway/iso/rootfs/apt"
)

// The one setting of this machine that a lab changes. All hosts' processes count
// as one user here, and the usual 128 instances are too few for several systemds,
// kubelets and container runtimes. The last lab puts the old value back.
const (
	inotifyLimit = "/proc/sys/fs/inotify/max_user_instances"
	inotifyWant  = 8192
	inotifySaved = "/run/slipway-lab.inotify"
)

func (l *Lab) raiseLimits() error {
	text, err := os.ReadFile(inotifyLimit)
	if err != nil {
		return err
	}
	now, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || now >= inotifyWant {
		return err
	}
	if err := os.WriteFile(inotifySaved, text, 0o600); err != nil {
		return err
	}
	return os.WriteFile(inotifyLimit, []byte(strconv.Itoa(inotifyWant)), 0o644)
}

// lowerLimits undoes raiseLimits when no lab is left.
func lowerLimits() error {
	if groups, err := cgroupDirs("slipway-lab."); err != nil || len(groups) > 0 {
		return err
	}
	text, err := os.ReadFile(inotifySaved)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	if err := os.WriteFile(inotifyLimit, text, 0o644); err != nil {
		return fmt.Errorf("put back %s: %w", inotifyLimit, err)
	}
	return os.Remove(inotifySaved)
}

// require checks what a lab needs of this machine.
func require(ctx context.Context, log io.Writer) error {
	if os.Geteuid() != 0 {
		return errors.New("a lab makes namespaces and cgroups: run this as root (sudo)")
	}
	if log == nil {
		log = io.Discard
	}
	return apt.Need(ctx, log, map[string]string{
		"systemd-nspawn": "systemd-container",
		"dnsmasq":        "dnsmasq-base",
		"tmux":           "tmux",
		"nsenter":        "util-linux",
		"losetup":        "mount",
		"ip":             "iproute2",
	})
}
