package host

import (
	"fmt"
	"slices"
)

// MinimumPool is the smallest disk that is worth being a storage pool, in bytes.
const MinimumPool = 10 << 30

// CheckPool says why the disk at path cannot become the storage pool; nil when nothing that is known speaks against it.
func CheckPool(disks []Disk, path string) error {
	at := slices.IndexFunc(disks, func(d Disk) bool { return d.Path == path })
	if at < 0 {
		return fmt.Errorf("this host has no disk %.64q; `slipway host show` lists them", path)
	}
	for _, d := range disks {
		if d.Role == RolePool {
			return fmt.Errorf("this host has its storage pool already, on %s", d.Path)
		}
	}
	switch d := disks[at]; {
	case d.Role == RoleSystem:
		return fmt.Errorf("%s holds the system; choose a disk of its own", path)
	case d.Role != RoleFree:
		return fmt.Errorf("%s has data on it, which is never overwritten; to give it up, wipe it first (`wipefs --all %s`)", path, path)
	case d.Removable:
		return fmt.Errorf("%s can be pulled out; a storage pool needs a fixed disk", path)
	case d.SizeBytes < MinimumPool:
		return fmt.Errorf("%s is too small for a storage pool, which needs %d GiB", path, MinimumPool>>30)
	}
	return nil
}
