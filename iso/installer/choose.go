package installer

import (
	"fmt"
	"strings"

	"github.com/slipway-os/slipway/iso/appliance"
)

// Choose picks the disk to install on: the named one, or the first that is neither removable nor the medium, is large
// enough, and has nothing on it but an earlier installation of ours. reasons has a sentence for every disk that was
// looked at. Nothing is ever taken from a disk with somebody's data unless the settings say so.
func Choose(disks []Disk, s appliance.Install) (chosen Disk, reasons []string, err error) {
	named := s.Target != appliance.TargetAuto
	for _, disk := range disks {
		if named && disk.Path != s.Target {
			continue
		}
		why := unfit(disk, s, named)
		if why == "" {
			return disk, append(reasons, chosenBecause(disk, named)), nil
		}
		reasons = append(reasons, disk.String()+": not used, "+why)
	}
	switch {
	case named && len(reasons) == 0:
		err = fmt.Errorf("the disk %s, which the medium's settings name, is not in this machine", s.Target)
	case len(reasons) == 0:
		err = fmt.Errorf("this machine has no disk: check the controller's driver and the cables")
	default:
		err = fmt.Errorf("no disk of this machine may be used: %s", strings.Join(reasons, "; "))
	}
	return Disk{}, reasons, err
}

// unfit says why a disk may not be used, or nothing. A named disk may be removable: somebody chose it.
func unfit(disk Disk, s appliance.Install, named bool) string {
	minimum := int64(s.MinimumDiskGiB) << 30
	switch {
	case disk.Medium:
		return "this system was booted from it"
	case disk.ReadOnly:
		return "it cannot be written"
	case disk.Removable && !named:
		return "it is removable"
	case disk.SizeBytes < minimum:
		return fmt.Sprintf("it is smaller than %d GiB", s.MinimumDiskGiB)
	case s.Overwrite:
		return ""
	case disk.Pool:
		return "it is a storage pool of Slipway; wipe it, or allow it with install.overwrite"
	case len(disk.Contents) > 0 && !disk.Ours:
		return fmt.Sprintf("it has data on it (%s); wipe it, or allow it with install.overwrite", strings.Join(disk.Contents, ", "))
	default:
		return ""
	}
}

func chosenBecause(disk Disk, named bool) string {
	why := "it is the first large enough disk"
	if named {
		why = "the medium's settings name it"
	}
	switch {
	case disk.Ours:
		why += "; the installation on it is replaced"
	case len(disk.Contents) > 0:
		why += "; what is on it is overwritten, as the settings allow"
	}
	return disk.String() + ": chosen, " + why
}
