// Package pool makes a storage pool of an empty disk: a file system that every boot finds by its label.
//
//	look (signatures, first and last MiB) ──> mkfs.xfs ──> label ──> mount
//
// Anything on the disk is a refusal, also what no tool knows: a disk is empty when its first and last MiB are zeros. The
// label comes last, so a disk with it has a whole file system; a power cut before leaves a disk that is refused as used.
package pool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/slipway-os/slipway/agent/host"
)

// edge is how much is read at either end of a disk, in bytes: partition tables, RAID and file systems begin or end there.
const edge = 1 << 20

// Labelled says whether the disk is a storage pool: what Format leaves.
func Labelled(ctx context.Context, disk string) bool {
	out, err := exec.CommandContext(ctx, "blkid", "--probe", "--output", "value", "--match-tag", "LABEL", disk).Output()
	return err == nil && strings.TrimSpace(string(out)) == host.PoolLabel
}

// Empty says why a disk is not empty; nil when it is.
func Empty(ctx context.Context, disk string) error {
	out, err := exec.CommandContext(ctx, "blkid", "--probe", "--output", "value", "--match-tag", "TYPE", "--match-tag", "PTTYPE", disk).Output()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return fmt.Errorf("%s has data on it (%s), which is never overwritten; to give it up, wipe it first: wipefs --all %s", disk, strings.Join(strings.Fields(string(out)), ", "), disk)
	case !errors.As(err, &exit):
		return fmt.Errorf("look what is on %s: %w", disk, err)
	case exit.ExitCode() != 2: // blkid(8): 2 is nothing found, 8 is ambivalent
		return fmt.Errorf("%s has something on it that cannot be told apart; wipe it first: wipefs --all %s", disk, disk)
	}
	return zeros(disk)
}

// zeros reads both ends of the disk. It opens the disk alone, so one that is in use is refused too (open(2), O_EXCL).
func zeros(disk string) error {
	f, err := os.OpenFile(disk, os.O_RDONLY|os.O_EXCL, 0)
	if err != nil {
		return fmt.Errorf("look what is on %s: %w", disk, err)
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	buf := make([]byte, min(edge, size))
	for _, at := range []int64{0, size - int64(len(buf))} {
		if _, err := f.ReadAt(buf, at); err != nil {
			return fmt.Errorf("look what is on %s: %w", disk, err)
		}
		for _, b := range buf {
			if b != 0 {
				return fmt.Errorf("%s has data on it that no tool here knows; to give it up, overwrite it first: blkdiscard --zeroout %s", disk, disk)
			}
		}
	}
	return nil
}

// Format makes the file system on an empty disk. One that it made before is left as it is.
func Format(ctx context.Context, disk string) error {
	if Labelled(ctx, disk) {
		return nil
	}
	if err := Empty(ctx, disk); err != nil {
		return err
	}
	if err := run(ctx, "mkfs.xfs", "-q", disk); err != nil { // without -f: it looks for itself once more
		return err
	}
	return run(ctx, "xfs_admin", "-L", host.PoolLabel, disk)
}

// Mount mounts the pool at dir, as the unit slipway-pool does at the next boot. One that is mounted there stays.
func Mount(ctx context.Context, disk, dir string) error {
	if Mounted(dir) {
		return nil
	}
	if err := run(ctx, "mount", "-o", "noatime", disk, dir); err != nil {
		return err
	}
	return os.Chmod(dir, 0o700) // of the new file system: content is nobody else's
}

// Mounted says whether dir is where a file system of its own begins: it lies on another device than its parent.
func Mounted(dir string) bool {
	var own, parent unix.Stat_t
	return unix.Stat(dir, &own) == nil && unix.Stat(filepath.Dir(dir), &parent) == nil && own.Dev != parent.Dev
}

func run(ctx context.Context, name string, args ...string) error {
	if out, err := exec.CommandContext(ctx, name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %.300s", name, err, strings.TrimSpace(string(out)))
	}
	return nil
}
