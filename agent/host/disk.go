package host

import (
	"slices"
	"strings"
)

// Role of a disk.
const (
	RoleSystem = "system" // holds the operating system or a part of it
	RolePool   = "pool"   // holds the storage pool
	RoleUsed   = "used"   // holds partitions, a file system or data of something else; never taken without asking
	RoleFree   = "free"   // nothing on it that we can see
)

// PoolLabel is the file system label of a storage pool.
const PoolLabel = "SLIPWAY_POOL"

// Disk is one disk as the user sees it.
type Disk struct {
	Path      string `json:"path"`
	SizeBytes int64  `json:"sizeBytes"`
	Model     string `json:"model"`
	Serial    string `json:"serial"`
	Role      string `json:"role"`
	Removable bool   `json:"removable"`
	Parts     []Part `json:"parts"` // what is on it; the disk itself only when there is no partition
}

// Block is a disk as the kernel and udev describe it.
type Block struct {
	Disk
	// Parts are the disk itself, its partitions, and what is stacked on those (LVM, RAID, encryption).
	Parts []Part
}

// Part is one block device of a Block.
type Part struct {
	Path      string `json:"path"`  // such as /dev/vda1
	Number    string `json:"-"`     // MAJOR:MINOR
	Type      string `json:"type"`  // of its file system or partition table as udev found it; empty when unknown or none
	Label     string `json:"label"` // of its file system
	SizeBytes int64  `json:"sizeBytes"`
	Target    string `json:"target"` // where it is mounted, the first place when there are several
}

// Mount is a line of proc(5) mountinfo.
type Mount struct {
	Number string // MAJOR:MINOR
	Source string
	Target string
}

// systemTargets are where a Kairos or Debian system mounts its own partitions, with all below them.
var systemTargets = []string{"/boot", "/efi", "/oem", "/usr", "/var", "/etc", "/home", "/run/initramfs"}

// Roles decides the role of each disk from what is mounted and what udev found. poolDir is where the storage pool is
// mounted; a host with one disk keeps it in a directory of the system disk, which then stays RoleSystem.
func Roles(blocks []Block, mounts []Mount, poolDir string) []Disk {
	out := make([]Disk, 0, len(blocks))
	for _, b := range blocks {
		b.Role = role(b, mounts, poolDir)
		b.Disk.Parts = b.shown(mounts)
		out = append(out, b.Disk)
	}
	slices.SortFunc(out, func(a, b Disk) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// shown are the partitions and what is stacked on them, or the disk itself when a file system fills it, with their mounts.
func (b Block) shown(mounts []Mount) []Part {
	out := []Part{}
	for i, p := range b.Parts {
		if i == 0 && (len(b.Parts) > 1 || p.Type == "") {
			continue
		}
		if m := slices.IndexFunc(mounts, func(m Mount) bool { return m.Number == p.Number || m.Source == p.Path }); m >= 0 {
			p.Target = mounts[m].Target
		}
		out = append(out, p)
	}
	return out
}

func role(b Block, mounts []Mount, poolDir string) string {
	system, pool, used := false, false, len(b.Parts) > 1
	for _, p := range b.Parts {
		system = system || strings.HasPrefix(p.Label, "COS_") // Kairos' partitions, mounted or not
		pool = pool || p.Label == PoolLabel
		used = used || p.Type != ""
		for _, m := range mounts {
			if m.Number != p.Number && m.Source != p.Path {
				continue
			}
			used = true
			switch {
			case m.Target == poolDir || strings.HasPrefix(m.Target, poolDir+"/"):
				pool = true
			case isSystem(m.Target):
				system = true
			}
		}
	}
	switch {
	case system:
		return RoleSystem
	case pool:
		return RolePool
	case used:
		return RoleUsed
	}
	return RoleFree
}

func isSystem(target string) bool {
	return target == "/" || slices.ContainsFunc(systemTargets, func(t string) bool {
		return target == t || strings.HasPrefix(target, t+"/")
	})
}
