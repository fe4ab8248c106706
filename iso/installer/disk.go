package installer

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-os/slipway/agent/host"
)

// Disk is a disk of the machine and what is on it.
type Disk struct {
	Path      string
	SizeBytes int64
	Model     string
	Serial    string
	Transport string // sata, nvme, usb, virtio...
	Removable bool
	ReadOnly  bool
	// Medium: the running system was booted from it.
	Medium bool
	// Partitions are the paths of what is in the disk, the innermost first.
	Partitions []string
	// Mapped are the paths of logical volumes and other mappings that hold the disk, the innermost first.
	Mapped []string
	// Contents says what is on the disk, empty for a blank one.
	Contents []string
	// Ours: it carries an installation of Slipway (or another Kairos), which a new one may replace.
	Ours bool
	// Cut: an installation was cut off. It may have got no further than an empty partition table; the disk is not Ours then.
	Cut bool
	// Pool: it carries a storage pool of Slipway.
	Pool bool
}

// systemLabels are those of the partitions that an installation makes.
var systemLabels = []string{"COS_STATE", "COS_ACTIVE", "COS_PASSIVE", "COS_RECOVERY", "COS_OEM", "COS_PERSISTENT", "COS_GRUB", "COS_SYSTEM"}

// Columns are what lsblk must be asked for.
const Columns = "NAME,PATH,TYPE,SIZE,RM,RO,MODEL,SERIAL,TRAN,FSTYPE,LABEL,PTTYPE,PARTLABEL,MOUNTPOINTS"

type device struct {
	Name, Path, Type      string
	Size                  int64
	RM, RO                bool
	Model, Serial, Tran   string
	FSType, Label, PTType string
	PartLabel             string
	Mountpoints           []string
	Children              []device
}

// maxListing bounds what is read from lsblk: thousands of disks fit.
const maxListing = 8 << 20

// ParseDisks reads the answer of `lsblk --json --bytes --output Columns`, in lsblk's order.
func ParseDisks(data []byte) ([]Disk, error) {
	if len(data) > maxListing {
		return nil, errors.New("the list of disks is too long")
	}
	var list struct{ BlockDevices []device }
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("read the list of disks: %w", err)
	}
	var disks []Disk
	for _, d := range list.BlockDevices {
		if d.Type != "disk" || strings.HasPrefix(d.Name, "zram") || strings.HasPrefix(d.Name, "fd") {
			continue
		}
		disk := Disk{
			Path: d.Path, SizeBytes: d.Size, Model: strings.TrimSpace(d.Model), Serial: strings.TrimSpace(d.Serial),
			Transport: d.Tran, Removable: d.RM || d.Tran == "usb", ReadOnly: d.RO,
		}
		disk.inspect(d)
		disk.recogniseHalf(d)
		disks = append(disks, disk)
	}
	return disks, nil
}

// mappings are lsblk's types of devices that the device mapper makes.
var mappings = []string{"lvm", "crypt", "dm", "mpath"}

// inspect notes what is on a device and the devices in it.
func (disk *Disk) inspect(d device) {
	if d.PTType != "" && d.Type == "disk" {
		disk.Contents = append(disk.Contents, d.PTType+" partition table")
	}
	if d.FSType != "" {
		disk.Contents = append(disk.Contents, strings.TrimSpace(d.FSType+" "+d.Label))
	}
	for _, label := range systemLabels {
		disk.Ours = disk.Ours || d.Label == label
	}
	disk.Pool = disk.Pool || d.Label == host.PoolLabel
	for _, point := range d.Mountpoints {
		disk.Medium = disk.Medium || strings.HasPrefix(point, "/run/initramfs/live") || strings.HasPrefix(point, "/run/initramfs/isoscan")
	}
	for _, child := range d.Children {
		disk.inspect(child)
		if slices.Contains(mappings, child.Type) {
			disk.Mapped = append(disk.Mapped, child.Path)
		} else {
			disk.Partitions = append(disk.Partitions, child.Path)
		}
	}
}

// partitionNames are those that kairos-agent gives (its pkg/constants), in the partition table itself.
var partitionNames = []string{"bios", "efi", "oem", "recovery", "state", "persistent"}

// recogniseHalf knows what an installation leaves that was cut off before its partitions had file systems with labels: our
// partitions, empty; a partition table without partitions, which is nobody's data; a pool that was being made.
func (disk *Disk) recogniseHalf(d device) {
	switch {
	case d.PTType != "" && len(d.Children) == 0 && d.FSType == "", d.Label == halfPoolLabel:
		disk.Contents, disk.Cut = nil, true
	case d.PTType != "" && !disk.Ours && !disk.Pool && !slices.ContainsFunc(d.Children, isForeign):
		disk.Ours, disk.Cut = true, true
	}
}

func isForeign(d device) bool {
	return d.FSType != "" || len(d.Children) > 0 || !slices.Contains(partitionNames, d.PartLabel)
}

func (disk Disk) String() string {
	text := fmt.Sprintf("%s, %d GB", disk.Path, disk.SizeBytes/1e9)
	for _, more := range []string{disk.Model, disk.Serial} {
		if more != "" {
			text += ", " + more
		}
	}
	return text
}
