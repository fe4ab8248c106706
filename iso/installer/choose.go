package installer

import (
	"fmt"
	"strings"

	"github.com/slipway-os/slipway/iso/appliance"
)

// Choose picks the disk to install on: the named one; else one that carries an earlier installation of ours, which the new
// one replaces; else the first that is large enough. It is never removable (unless named), never the medium, and has
// nobody's data on it unless the settings allow that. reasons has a sentence for every disk that was looked at.
func Choose(disks []Disk, s appliance.Install) (chosen Disk, reasons []string, err error) {
	named := s.Target != appliance.TargetAuto
	found := false
	for _, disk := range disks {
		if named && disk.Path != s.Target {
			continue
		}
		if why := unfit(disk, s, named); why != "" {
			reasons = append(reasons, disk.String()+": not used, "+why)
		} else if !found || disk.Ours && !chosen.Ours {
			chosen, found = disk, true
		}
	}
	switch {
	case found:
		return chosen, append(reasons, chosenBecause(chosen, named)), nil
	case named && len(reasons) == 0:
		err = fmt.Errorf("the disk %s, which the medium's settings name, is not in this machine", s.Target)
	case len(reasons) == 0:
		err = fmt.Errorf("this machine has no disk: check the controller's driver and the cables")
	default:
		err = fmt.Errorf("no disk of this machine may be used: %s", strings.Join(reasons, "; "))
	}
	return Disk{}, reasons, err
}

// Leftovers are the other disks with an earlier installation or storage pool. Their file systems have the labels by which
// the new system finds its own, so they cannot stay. The pool that was chosen is none.
func Leftovers(disks []Disk, system Disk, pool Pool) []Disk {
	var left []Disk
	for _, disk := range disks {
		if (disk.Ours || disk.Pool) && disk.Path != system.Path && disk.Path != pool.Disk.Path && !disk.Medium {
			left = append(left, disk)
		}
	}
	return left
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
	switch {
	case named:
		why = "it was named"
	case disk.Ours:
		why = "it carries an earlier installation"
	}
	switch {
	case disk.Cut:
		why += " that was cut off, which is done again"
	case disk.Ours:
		why += ", which is replaced"
	case len(disk.Contents) > 0:
		why += "; what is on it is overwritten, as the settings allow"
	}
	return disk.String() + ": chosen, " + why
}
