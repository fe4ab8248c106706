package installer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"

	"github.com/slipway-os/slipway/iso/appliance"
)

// partMount is where a partition of the new system is mounted for a moment.
const partMount = "/run/slipway-part"

// finish writes the mark of a complete installation, after everything else is on the disk. The boot menus of the medium and
// of the disk look for it.
func finish(ctx context.Context, system Disk) error {
	device, err := partition(ctx, system.Path, "COS_STATE")
	if err != nil {
		return err
	}
	return mounted(ctx, device, "rw", func(dir string) error { return writeMark(dir, "Slipway is installed.\n") })
}

func writeMark(dir, text string) error {
	path := filepath.Join(dir, appliance.InstalledMark)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := renameio.WriteFile(path, []byte(text), 0o644); err != nil {
		return err
	}
	return errors.Join(syncDir(filepath.Dir(path)), syncDir(dir))
}

// cutOff tells whether a disk with an earlier installation lacks its mark. What cannot be read is not complete either.
func cutOff(ctx context.Context, disk Disk) bool {
	device, err := partition(ctx, disk.Path, "COS_STATE")
	if err != nil {
		return true
	}
	err = mounted(ctx, device, "ro,noload", func(dir string) error {
		_, err := os.Stat(filepath.Join(dir, appliance.InstalledMark))
		return err
	})
	return err != nil
}

// partition finds the partition of one disk with a label: another disk may have one too.
func partition(ctx context.Context, disk, label string) (string, error) {
	out, err := exec.CommandContext(ctx, "lsblk", "--noheadings", "--raw", "--output", "PATH,LABEL", disk).Output()
	if err != nil {
		return "", fmt.Errorf("list the partitions of %s: %w", disk, err)
	}
	for line := range strings.Lines(string(out)) {
		if path, has, _ := strings.Cut(strings.TrimSpace(line), " "); has == label {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s has no partition %s", disk, label)
}

// mounted runs do with the device mounted.
func mounted(ctx context.Context, device, options string, do func(dir string) error) (err error) {
	if err := os.MkdirAll(partMount, 0o700); err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, "mount", "-o", options+",nosuid,nodev,noexec", device, partMount).CombinedOutput(); err != nil {
		return fmt.Errorf("mount %s: %w: %s", device, err, strings.TrimSpace(string(out)))
	}
	defer func() { err = errors.Join(err, exec.CommandContext(ctx, "umount", partMount).Run()) }()
	return do(partMount)
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
