package installer

import (
	"context"
	"fmt"
	"os/exec"
	"strings"

	"github.com/slipway-os/slipway/agent/host"
	"github.com/slipway-os/slipway/iso/appliance"
)

// minimumPool is the smallest disk that is worth being a storage pool, in bytes.
const minimumPool = 10 << 30

// halfPoolLabel is the label of a pool until it is complete: a power cut leaves no file system that would be kept.
const halfPoolLabel = "SLIPWAY_HALF"

// Pool is the decision about the storage pool.
type Pool struct {
	Disk Disk
	// Format: the disk is blank (or may be overwritten) and gets a file system. Without it the disk is one already, and
	// keeps its content.
	Format bool
	Reason string
}

// ChoosePool picks the disk for the storage pool among those that system leaves: the named one; else one that is a pool
// already; else the first blank, fixed one that is large enough. No disk is no mistake: the pool is then a folder.
func ChoosePool(disks []Disk, system Disk, s appliance.Install) (Pool, error) {
	if s.Pool == appliance.PoolNone {
		return Pool{Reason: "the storage pool is a folder of the system disk, as the settings say"}, nil
	}
	if s.Pool != appliance.TargetAuto {
		return namedPool(disks, system, s)
	}
	for _, disk := range disks {
		if disk.Pool && disk.Path != system.Path && !disk.Medium {
			return Pool{Disk: disk, Reason: disk.String() + ": kept as storage pool, with its content"}, nil
		}
	}
	for _, disk := range disks {
		blank := len(disk.Contents) == 0 && !disk.Removable && !disk.ReadOnly && !disk.Medium
		if blank && disk.Path != system.Path && disk.SizeBytes >= minimumPool {
			return Pool{Disk: disk, Format: true, Reason: disk.String() + ": becomes the storage pool, it is the first blank disk"}, nil
		}
	}
	return Pool{Reason: "the storage pool is a folder of the system disk: there is no second blank disk"}, nil
}

func namedPool(disks []Disk, system Disk, s appliance.Install) (Pool, error) {
	for _, disk := range disks {
		if disk.Path != s.Pool {
			continue
		}
		switch {
		case disk.Path == system.Path || disk.Medium || disk.ReadOnly:
			return Pool{}, fmt.Errorf("%s cannot be the storage pool: it is the system disk, the medium, or read-only", disk)
		case disk.Pool:
			return Pool{Disk: disk, Reason: disk.String() + ": kept as storage pool, with its content"}, nil
		case len(disk.Contents) > 0 && !s.Overwrite:
			return Pool{}, fmt.Errorf("%s cannot be the storage pool: it has data on it (%s); wipe it, or allow it with install.overwrite",
				disk, strings.Join(disk.Contents, ", "))
		}
		return Pool{Disk: disk, Format: true, Reason: disk.String() + ": becomes the storage pool, the settings name it"}, nil
	}
	return Pool{}, fmt.Errorf("the disk %s, which the settings name as storage pool, is not in this machine", s.Pool)
}

// format makes the file system that the installed host finds by its label. mkfs.xfs refuses a disk with anything on it, a
// second guard, unless it may be overwritten. The label comes last.
func (p Pool) format(ctx context.Context, overwrite bool) error {
	mkfs := []string{"mkfs.xfs", "-q", "-L", halfPoolLabel, p.Disk.Path}
	if overwrite || p.Disk.Cut {
		mkfs = append(mkfs, "-f")
	}
	for _, command := range [][]string{mkfs, {"sync"}, {"xfs_admin", "-L", host.PoolLabel, p.Disk.Path}} {
		if out, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("format the storage pool on %s: %s: %w: %s", p.Disk.Path, command[0], err, strings.TrimSpace(string(out)))
		}
	}
	return nil
}
